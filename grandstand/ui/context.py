"""Context processors. `grandstand.ui.context.chrome` is in settings, so every page that is rendered with its request has its frame."""

from typing import Any

from django.http import HttpRequest

from grandstand.ui.chrome import Chrome


def chrome(request: HttpRequest) -> dict[str, Any]:
    """The frame of the page. No query."""
    return {"chrome": Chrome(request)}
