"""Where a request comes from."""

from django.conf import settings
from django.http import HttpRequest


def sender(request: HttpRequest) -> str:
    """The address of who sent it: the one before our own proxies (GRANDSTAND_PROXIES), as the outermost of them saw it; else the connection's.

    What stands further left in X-Forwarded-For was written by the sender and is not believed.
    """
    forwarded, connection = request.META.get("HTTP_X_FORWARDED_FOR", ""), request.META.get("REMOTE_ADDR", "")
    return address(str(forwarded), connection=str(connection), proxies=settings.ALLAUTH_TRUSTED_PROXY_COUNT)


def address(forwarded: str, *, connection: str, proxies: int) -> str:
    """The same of a header X-Forwarded-For and a connection's address, for who has no request of Django's."""
    parts = [part.strip() for part in forwarded.split(",") if part.strip()]
    return parts[-proxies] if proxies and len(parts) >= proxies else connection
