import threading
from pathlib import Path

import pytest

from grandstand.config.environment import SettingWrong
from grandstand.config.secrets import fingerprint, older_keys, secret_key


def test_a_local_installation_makes_a_key_and_keeps_it(tmp_path: Path) -> None:
    made = secret_key("", home=tmp_path / "new", local=True)
    assert len(made) >= 50
    assert secret_key("", home=tmp_path / "new", local=True) == made
    assert (tmp_path / "new" / "secret_key").stat().st_mode & 0o077 == 0
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["secret_key"]


def test_processes_that_start_together_agree_on_one_whole_key(tmp_path: Path) -> None:
    start, keys = threading.Barrier(12), []

    def begin() -> None:
        start.wait()
        keys.append(secret_key("", home=tmp_path, local=True))

    threads = [threading.Thread(target=begin) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(keys) == 12
    assert len(set(keys)) == 1
    assert len(keys[0]) >= 50


def test_any_other_installation_must_be_given_a_long_key(tmp_path: Path) -> None:
    with pytest.raises(SettingWrong, match="GRANDSTAND_SECRET_KEY is missing"):
        secret_key("", home=tmp_path, local=False)
    with pytest.raises(SettingWrong, match="has 10 characters: use 50 or more"):
        secret_key("x" * 10, home=tmp_path, local=False)
    assert secret_key("x" * 50, home=tmp_path, local=False) == "x" * 50


def test_the_folder_of_all_data_is_its_owners_alone(tmp_path: Path) -> None:
    for given in ("", "x" * 50):
        home = tmp_path / f"home{len(given)}"
        secret_key(given, home=home, local=True)
        assert home.stat().st_mode & 0o777 == 0o700


def test_keys_from_before_are_as_long_as_any() -> None:
    assert older_keys(["x" * 50, "y" * 60]) == ["x" * 50, "y" * 60]
    with pytest.raises(SettingWrong, match="GRANDSTAND_SECRET_KEY_FALLBACKS has 3 characters: use 50 or more"):
        older_keys(["x" * 50, "y, "])


def test_a_fingerprint_tells_secrets_apart_and_does_not_hold_them() -> None:
    secret = "p7Xr2-" + "k9Qz_3vB" * 8
    assert fingerprint(secret) == fingerprint(secret) != fingerprint(secret + "x")
    assert len(fingerprint(secret)) == 32
    assert not any(secret[at : at + 4] in fingerprint(secret) for at in range(len(secret) - 3))
