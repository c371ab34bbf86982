import os
import subprocess
import sys
from pathlib import Path

import pytest

from grandstand.config import environment as env
from grandstand.config.environment import SettingWrong

ROOT = Path(__file__).resolve().parents[3]
PUBLIC = {
    "GRANDSTAND_LOCAL": "no",
    "GRANDSTAND_SECRET_KEY": "p7Xr2-" + "k9Qz_3vB" * 8,
    "GRANDSTAND_HOSTS": "tickets.example",
    "GRANDSTAND_URL": "https://tickets.example",
    "GRANDSTAND_PROXIES": "1",
}


@pytest.fixture(autouse=True)
def _declarations(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(env, "VARIABLES", {})


@pytest.mark.parametrize(("value", "said"), [("1", True), ("Yes", True), ("on", True), ("0", False), ("no", False), ("", True)])
def test_a_flag_is_yes_or_no(monkeypatch: pytest.MonkeyPatch, value: str, said: bool) -> None:  # noqa: FBT001 a case of the table
    monkeypatch.setenv("X_FLAG", value)
    assert env.flag("X_FLAG", default=True, meaning="a flag of the tests") is said


def test_a_value_that_cannot_work_says_what_to_write(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("X_FLAG", "perhaps")
    monkeypatch.setenv("X_NUMBER", "many")
    with pytest.raises(SettingWrong, match="X_FLAG='perhaps': write yes or no"):
        env.flag("X_FLAG", default=True, meaning="a flag of the tests")
    with pytest.raises(SettingWrong, match="X_NUMBER='many': write a whole number"):
        env.number("X_NUMBER", 1, "a number of the tests")


def test_reading_a_variable_declares_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("X_WORDS", "a, b,,c ")
    monkeypatch.setenv("X_FOLDER", "~/x")
    assert env.words("X_WORDS", "", "words of the tests") == ["a", "b", "c"]
    assert env.folder("X_FOLDER", "/", "a folder of the tests") == Path.home() / "x"
    assert sorted(env.VARIABLES) == ["X_FOLDER", "X_WORDS"]


def _manage(*arguments: str, home: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GRANDSTAND_") and name != "DATABASE_URL"}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env={**kept, "GRANDSTAND_HOME": str(home), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_public_installation_passes_djangos_own_deployment_check(tmp_path: Path) -> None:
    done = _manage("check", "--deploy", "--fail-level", "WARNING", home=tmp_path, **PUBLIC)
    assert done.returncode == 0, done.stderr


def test_a_public_installation_without_a_key_does_not_start(tmp_path: Path) -> None:
    done = _manage("check", home=tmp_path, **{**PUBLIC, "GRANDSTAND_SECRET_KEY": ""})
    assert done.returncode != 0
    assert "GRANDSTAND_SECRET_KEY is missing" in done.stderr
    assert not (tmp_path / "secret_key").exists()


ASK = """
import django; django.setup()
from django.test import Client
plain = Client().get("/accounts/login/", headers={"host": "tickets.example"})
print(plain.status_code, plain.headers.get("Location"))
page = Client().get("/accounts/login/", headers={"host": "tickets.example", "x-forwarded-proto": "https"})
for name in ("Strict-Transport-Security", "Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy", "X-Frame-Options"):
    print(page.headers[name])
cookie = page.cookies["csrftoken"]
print(cookie["secure"], cookie["samesite"])
print(Client().get("/healthz", headers={"host": "tickets.example"}).status_code)
print(Client().get("/healthz", headers={"host": "evil.example", "x-forwarded-proto": "https"}).status_code)
"""


def test_a_public_installation_redirects_to_https_and_sends_every_protecting_header(tmp_path: Path) -> None:
    assert _manage("migrate", "-v", "0", home=tmp_path, **PUBLIC).returncode == 0
    assert _manage("createcachetable", "-v", "0", home=tmp_path, **PUBLIC).returncode == 0
    done = _manage("shell", "--no-imports", "-c", ASK, home=tmp_path, **PUBLIC)
    said = done.stdout.strip().splitlines()
    assert said, done.stderr
    assert said[0] == "301 https://tickets.example/accounts/login/"
    assert said[1] == "max-age=31536000; includeSubDomains"
    assert "default-src 'self'" in said[2]
    assert "object-src 'none'" in said[2]
    assert "unsafe-inline" not in said[2]
    assert "unsafe-eval" not in said[2]
    assert said[3:6] == ["nosniff", "same-origin", "DENY"]
    assert said[6] == "True Lax"
    assert said[7] == "200"
    assert said[8] == "400"


def test_without_a_proxy_of_ours_nobody_is_believed_to_come_by_tls(tmp_path: Path) -> None:
    headers = {"host": "tickets.example", "x-forwarded-proto": "https"}
    asked = f"from django.test import Client; print(Client().get('/healthz/x', headers={headers}).status_code)"
    done = _manage("shell", "--no-imports", "-c", asked, home=tmp_path, **{**PUBLIC, "GRANDSTAND_PROXIES": "0"})
    assert done.stdout.strip() == "301", done.stderr


def test_the_whole_domain_is_listed_for_ever_only_when_that_is_asked_for(tmp_path: Path) -> None:
    asked = ["shell", "--no-imports", "-c", "from django.conf import settings; print(settings.SECURE_HSTS_PRELOAD)"]
    said = [_manage(*asked, home=tmp_path, **PUBLIC, **more).stdout.strip() for more in ({}, {"GRANDSTAND_HSTS_PRELOAD": "yes"})]
    assert said == ["False", "True"]


def test_secrets_from_before_come_from_the_environment(tmp_path: Path) -> None:
    asked = ["shell", "--no-imports", "-c", "from django.conf import settings; print(settings.SECRET_KEY_FALLBACKS)"]
    older = {"GRANDSTAND_SECRET_KEY_FALLBACKS": f"{'x' * 50}, {'y' * 50}"}
    assert _manage(*asked, home=tmp_path, **PUBLIC, **older).stdout.strip() == str(["x" * 50, "y" * 50])
