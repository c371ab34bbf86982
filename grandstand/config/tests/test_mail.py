"""EMAIL_URL says which way mail goes."""

import pytest
from django.core.mail import mailers
from pytest_django.fixtures import Settings

from grandstand.config.environment import SettingWrong
from grandstand.config.mail import mailer


@pytest.mark.parametrize(
    ("url", "port", "ssl", "tls"),
    [
        ("smtp://user:p%40ss@mail.example.org", 587, False, True),
        ("smtps://user:p%40ss@mail.example.org", 465, True, False),
        ("smtp+plain://user:p%40ss@mail.example.org:2525", 2525, False, False),
    ],
)
def test_a_mail_server_is_spoken_to_encrypted_unless_said_otherwise(url: str, port: int, *, ssl: bool, tls: bool) -> None:
    options = mailer(url)["OPTIONS"]
    assert (options["host"], options["username"], options["password"]) == ("mail.example.org", "user", "p@ss")
    assert (options["port"], options["use_ssl"], options["use_tls"]) == (port, ssl, tls)


def test_a_folder_and_the_console_are_named_by_their_own() -> None:
    assert mailer("file:///var/mail%20out")["OPTIONS"] == {"folder": "/var/mail out"}
    assert mailer("console:")["BACKEND"].endswith("console.EmailBackend")


@pytest.mark.parametrize("url", ["smtp://u:p@mail.example.org", "smtps://mail.example.org", "file:///tmp/mail", "console:"])
def test_django_accepts_every_way(url: str, settings: Settings) -> None:
    settings.MAILERS = {"default": mailer(url)}
    assert mailers["default"] is not None


@pytest.mark.parametrize("url", ["", "mail.example.org", "smtp:", "file:", "imap://mail.example.org"])
def test_what_cannot_be_understood_says_what_to_write(url: str) -> None:
    with pytest.raises(SettingWrong, match="EMAIL_URL"):
        mailer(url)
