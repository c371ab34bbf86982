import pytest
from django.test import RequestFactory, override_settings

from grandstand.ui.sender import sender


@pytest.mark.parametrize(
    ("proxies", "forwarded", "found"),
    [
        (0, "", "10.0.0.1"),
        (0, "192.0.2.7", "10.0.0.1"),
        (1, "192.0.2.7", "192.0.2.7"),
        (1, "198.51.100.1, 192.0.2.7", "192.0.2.7"),
        (2, "198.51.100.1, 192.0.2.7, 10.0.0.2", "192.0.2.7"),
        (2, "192.0.2.7", "10.0.0.1"),
    ],
)
def test_only_what_our_own_proxies_say_of_a_sender_is_believed(proxies: int, forwarded: str, found: str) -> None:
    request = RequestFactory(REMOTE_ADDR="10.0.0.1").get("/", headers={"X-Forwarded-For": forwarded} if forwarded else None)
    with override_settings(ALLAUTH_TRUSTED_PROXY_COUNT=proxies):
        assert sender(request) == found
