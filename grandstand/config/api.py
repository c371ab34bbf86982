"""The REST interface, version 1: rooms' routers under one root, one shape of error, one description (OpenAPI) at /api/v1/openapi.json."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from grandstand.games import rest as games
from grandstand.kit.errors import Refusal
from grandstand.ticketing import rest as ticketing

api = NinjaAPI(
    title="Grandstand",
    version="1",
    urls_namespace="rest",
    docs_url=None,
    description="Every error has the same shape: `code` (stable, for programs), `message` (for people, says what to do), `detail` (values).",
)


def _error(request: HttpRequest, status: int, code: str, message: str, detail: Any = None) -> HttpResponse:
    return api.create_response(request, {"code": code, "message": message, "detail": detail or {}}, status=status)


@api.exception_handler(Refusal)
def _refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    return _error(request, refusal.status, refusal.code, str(refusal), refusal.detail)


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    problems = [{"where": list(problem["loc"]), "problem": problem["msg"]} for problem in error.errors]
    return _error(request, 422, "invalid", "Some values cannot be used: each is listed with what is wrong.", {"problems": problems})


@api.exception_handler(AuthenticationError)
def _not_signed_in(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    return _error(request, 401, "not_signed_in", "Sign in first, then ask again.")


@api.exception_handler(Http404)
def _not_found(request: HttpRequest, error: Http404) -> HttpResponse:
    return _error(request, 404, "not_found", "There is nothing at this address.")


@api.exception_handler(HttpError)
def _http(request: HttpRequest, error: HttpError) -> HttpResponse:
    return _error(request, error.status_code, "refused", str(error))


api.add_router("", games.router)
api.add_router("/scan", ticketing.router)
