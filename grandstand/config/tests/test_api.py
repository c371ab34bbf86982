import json
from collections.abc import Iterator

import pytest
from django.http import Http404, HttpRequest
from django.test import Client, override_settings
from ninja import Router

from grandstand.config.api import api
from grandstand.kit.errors import Refusal


class SoldOut(Refusal):
    """A refusal of the tests."""

    code = "sold_out"


router = Router()


@router.get("/refused")
def refused(request: HttpRequest) -> None:
    """Says no."""
    raise SoldOut("Nothing is left: choose another session.", left=0)


@router.get("/missing")
def missing(request: HttpRequest) -> None:
    """Is not there."""
    raise Http404


@router.get("/number")
def number(request: HttpRequest, count: int) -> int:
    """Wants a number."""
    return count


@pytest.fixture
def asked() -> Iterator[Client]:
    """A client of an interface with our handlers and the operations above."""
    with override_settings(ROOT_URLCONF="grandstand.config.tests.rest_urls"):
        yield Client()


def test_every_error_has_one_shape(asked: Client) -> None:
    answered = asked.get("/rest/refused")
    assert answered.status_code == 409
    assert answered.json() == {"code": "sold_out", "message": "Nothing is left: choose another session.", "detail": {"left": 0}}
    assert asked.get("/rest/missing").json()["code"] == "not_found"
    wrong = asked.get("/rest/number?count=many")
    assert wrong.status_code == 422
    assert wrong.json()["code"] == "invalid"
    assert wrong.json()["detail"]["problems"][0]["where"] == ["query", "count"]


def test_the_interface_describes_itself(client: Client) -> None:
    described = client.get("/api/v1/openapi.json").json()
    assert described["info"]["title"] == "Grandstand"
    assert described["openapi"].startswith("3.")
    json.dumps(described)


def test_every_operation_says_what_it_does() -> None:
    silent = [
        f"{method} {path}"
        for path, operations in api.get_openapi_schema()["paths"].items()
        for method, operation in operations.items()
        if not operation.get("summary") or not operation.get("description")
    ]
    assert silent == []
