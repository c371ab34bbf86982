"""Around every request: an id that its log lines and its answer carry, one log line, and refusals told as what they are."""

import re
import time
from collections.abc import Callable
from typing import Any

import structlog
from asgiref.sync import iscoroutinefunction
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.decorators import sync_and_async_middleware

from grandstand.kit.errors import Refusal
from grandstand.kit.ids import new_id

HEADER = "X-Request-ID"
_GIVEN = re.compile(r"[A-Za-z0-9._-]{8,64}")

log = structlog.get_logger("grandstand.request")


@sync_and_async_middleware
def request_id(get_response: Callable[[HttpRequest], Any]) -> Callable[[HttpRequest], Any]:
    """Name the request, by the proxy's name for it when that is 8 to 64 harmless characters, and log how it went.

    The log line has the route, not the path: paths of password resets are secrets.
    """
    if iscoroutinefunction(get_response):

        async def later(request: HttpRequest) -> HttpResponseBase:
            id_, started = _begin(request), time.perf_counter()
            response: HttpResponseBase = await get_response(request)
            return _end(request, response, id_, started)

        return later

    def at_once(request: HttpRequest) -> HttpResponseBase:
        id_, started = _begin(request), time.perf_counter()
        response: HttpResponseBase = get_response(request)
        return _end(request, response, id_, started)

    return at_once


def _begin(request: HttpRequest) -> str:
    given = request.headers.get(HEADER, "")
    id_ = given if _GIVEN.fullmatch(given) else str(new_id())
    request.request_id = id_  # type: ignore[attr-defined]
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=id_)
    return id_


def _end(request: HttpRequest, response: HttpResponseBase, id_: str, started: float) -> HttpResponseBase:
    response.headers[HEADER] = id_
    match = request.resolver_match
    if match is None or match.view_name not in {"alive", "ready"}:
        log.info(
            "request",
            method=request.method,
            route=match.view_name if match else "",
            status=response.status_code,
            duration_ms=round((time.perf_counter() - started) * 1000, 1),
        )
    return response


class Refusals:
    """A refusal that a view did not translate itself becomes a page with its status, its words and a way on: never a 500.

    No text has a NUL, and PostgreSQL takes none: a path with one is no address, and in a question it counts as a space.
    """

    sync_capable = True
    async_capable = False

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass the request on."""
        if "\0" in request.path_info:
            raise BadRequest("an address has no NUL")
        request.META["QUERY_STRING"] = request.META.get("QUERY_STRING", "").replace("%00", "+")
        return self._get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer a refusal."""
        if not isinstance(error, Refusal):
            return None
        log.info("refused", code=error.code)
        return render(request, "ui/refused.html", {"refusal": error}, status=error.status)
