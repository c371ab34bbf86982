"""How many connections a server process keeps."""

import resource

import pytest

from grandstand.config.cli import serve


@pytest.mark.parametrize(
    ("soft", "hard", "possible", "raised_to"),
    [
        (1_024, 524_288, 16_000, 16_512),
        (1_024, resource.RLIM_INFINITY, 16_000, 16_512),
        (resource.RLIM_INFINITY, resource.RLIM_INFINITY, 16_000, None),
        (65_536, 65_536, 16_000, None),
        (1_024, 4_096, 3_584, 4_096),
        (256, 256, 128, None),
    ],
)
def test_as_many_as_wanted_or_as_the_limit_of_open_files_allows(
    monkeypatch: pytest.MonkeyPatch, soft: int, hard: int, possible: int, raised_to: int | None
) -> None:
    raised: list[tuple[int, int]] = []
    monkeypatch.setattr(resource, "getrlimit", lambda _: (soft, hard))
    monkeypatch.setattr(resource, "setrlimit", lambda _, limits: raised.append(limits))
    assert serve._connections(16_000) == possible
    assert raised == ([] if raised_to is None else [(raised_to, hard)])


def test_a_limit_that_cannot_be_raised_though_it_says_so_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: int, limits: tuple[int, int]) -> None:
        raise ValueError(limits)

    monkeypatch.setattr(resource, "getrlimit", lambda _: (1_024, resource.RLIM_INFINITY))
    monkeypatch.setattr(resource, "setrlimit", refuse)
    assert serve._connections(16_000) == 512
