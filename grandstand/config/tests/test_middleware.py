import json
import logging
from collections.abc import Iterator
from uuid import UUID

import pytest
import structlog
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import path

from grandstand.config import logs, urls
from grandstand.config.middleware import Refusals
from grandstand.kit.errors import Refusal


class SoldOut(Refusal):
    """A refusal of the tests."""

    code = "refusal_of_a_test"


def refuse(request: HttpRequest) -> HttpResponse:
    """A view that lets a refusal through."""
    raise SoldOut("Nothing is left: choose another session.")


urlpatterns = [*urls.urlpatterns, path("refuse", refuse, name="refuse")]


def test_an_answer_carries_the_id_that_its_log_lines_have(client: Client) -> None:
    answered = client.get("/healthz")
    assert UUID(answered.headers["X-Request-ID"]).version == 7


def test_a_proxys_name_for_the_request_is_kept_when_it_is_harmless(client: Client) -> None:
    assert client.get("/healthz", headers={"x-request-id": "edge-7f3a.9"}).headers["X-Request-ID"] == "edge-7f3a.9"
    for bad in ("short", "a" * 65, 'quote"break', "two words here"):
        assert client.get("/healthz", headers={"x-request-id": bad}).headers["X-Request-ID"] != bad


@pytest.fixture
def lines() -> Iterator[list[dict[str, object]]]:
    """What is logged, as it is written."""
    seen: list[dict[str, object]] = []
    formatter = logs.configure(level="INFO", readable=False)["formatters"]["line"]

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            made = structlog.stdlib.ProcessorFormatter(processors=formatter["processors"], foreign_pre_chain=formatter["foreign_pre_chain"])
            seen.append(json.loads(made.format(record)))

    handler = Keep()
    logging.getLogger("grandstand.request").addHandler(handler)
    yield seen
    logging.getLogger("grandstand.request").removeHandler(handler)


@pytest.mark.django_db
def test_a_request_is_one_line_with_its_id_and_route_and_without_its_path(client: Client, lines: list[dict[str, object]]) -> None:
    answered = client.get("/accounts/password/reset/key/1-a-secret/?also=secret")
    (line,) = lines
    assert line["request_id"] == answered.headers["X-Request-ID"]
    assert (line["method"], line["route"], line["status"]) == ("GET", "account_reset_password_from_key", answered.status_code)
    assert "secret" not in json.dumps(line)


def test_health_checks_are_not_logged(client: Client, lines: list[dict[str, object]]) -> None:
    client.get("/healthz")
    assert lines == []


@pytest.mark.django_db
@pytest.mark.urls("grandstand.config.tests.test_middleware")
def test_a_refusal_that_nobody_translated_is_told_and_no_fault(client: Client) -> None:
    answered = client.get("/refuse")
    assert answered.status_code == 409
    assert "Nothing is left" in answered.content.decode()


def test_a_fault_stays_a_fault(rf: RequestFactory) -> None:
    assert Refusals(lambda _: HttpResponse()).process_exception(rf.get("/"), LookupError("a bug")) is None


def test_a_nul_in_a_question_is_a_space_whatever_stands_beside_it(rf: RequestFactory) -> None:
    request = rf.get("/", QUERY_STRING="q=a%00b&c=%0%000&next=%2F")
    Refusals(lambda _: HttpResponse())(request)
    assert (request.GET["q"], request.GET["c"], request.GET["next"]) == ("a b", "%0 0", "/")


def test_a_path_with_a_nul_is_no_address(client: Client) -> None:
    assert client.get("/a%00b").status_code == 400
