"""Every route says for whom it is."""

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.urls.resolvers import RegexPattern, URLResolver
from ninja import NinjaAPI

from grandstand.config.audiences import OF_LIBRARIES, _walk, of_library, routes, undeclared
from grandstand.ui.audience import Audience, public


def test_every_route_declares_its_audience() -> None:
    wrong = [f"{route.method} {route.path} ({route.name})" for route in undeclared()]
    assert not wrong, (
        "\n".join(wrong) + "\ndecorate the view with ui.audience.public or signed_in, or movement's member or steward;"
        " a library's route gets a line in config/audiences.py"
    )


def test_the_table_for_libraries_names_only_routes_that_exist() -> None:
    names = {route.name for route in routes()}
    unused = [key for key in OF_LIBRARIES if not any(name == key or (key.endswith("*") and name.startswith(key[:-1])) for name in names)]
    assert not unused, f"no such route any more: {', '.join(unused)}"


def test_the_most_exact_line_of_the_table_decides() -> None:
    assert of_library("account_login") == Audience("public")
    assert of_library("account_change_password") == Audience("signed_in")
    assert of_library("nobody_knows") is None


@public
def _open(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


def _silent(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


def test_a_silent_view_and_a_silent_operation_are_found() -> None:
    api = NinjaAPI(urls_namespace="a-test")
    api.get("/open")(_open)
    api.post("/open")(_silent)
    resolver = URLResolver(RegexPattern(r"^/"), [path("silent", _silent, name="silent"), path("open", _open, name="open"), path("rest/", api.urls)])
    found = {(route.method, route.path): route.audience for route in _walk(resolver, "/", ())}
    assert found["", "/silent"] is None
    assert found["", "/open"] == Audience("public")
    assert found["GET", "/rest/open"] == Audience("public")
    assert found["POST", "/rest/open"] is None
