"""What stands around every page: whose house it is, the ways through it, the reader's account, basket, market and language.

This room may not know the rooms above it, so they hand in what they know: `register("basket", basket_of)`, called in config/wiring.
Each part is asked for once a page and only when a template shows it.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Literal, cast

from django.conf import settings
from django.http import HttpRequest
from django.urls import translate_url
from django.utils.translation import get_language, get_language_info

from grandstand.ui.values import Basket, Language, Link, MarketShown, Organisation

type Part = Literal["organisation", "nav", "account", "basket", "market", "foot"]
type Provider = Callable[[HttpRequest], object]

_providers: dict[Part, Provider] = {}
_SHORT = {"zh-hans": "中文"}


def register(part: Part, provide: Provider) -> None:
    """Let `provide(request)` answer for a part of the frame. The latest registration of a part counts.

    organisation: Organisation. nav, foot: a sequence of Link. account: Link. basket: Basket. market: MarketShown. None leaves it out.
    """
    _providers[part] = provide


def registered() -> dict[Part, Provider]:
    """What is registered now: for tests, which put it back afterwards."""
    return dict(_providers)


class Chrome:
    """The frame of one page. Costs no query of its own; what a provider costs is paid when the template first shows its part."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @cached_property
    def organisation(self) -> Organisation:
        return cast(Organisation | None, self._ask("organisation")) or Organisation(name="Grandstand", url="/")

    @cached_property
    def nav(self) -> list[Link]:
        return self._links("nav")

    @cached_property
    def foot(self) -> list[Link]:
        return self._links("foot")

    @cached_property
    def account(self) -> Link | None:
        return cast(Link | None, self._ask("account"))

    @cached_property
    def basket(self) -> Basket | None:
        return cast(Basket | None, self._ask("basket"))

    @cached_property
    def market(self) -> MarketShown | None:
        return cast(MarketShown | None, self._ask("market"))

    @cached_property
    def languages(self) -> list[Language]:
        path, now = self._request.get_full_path(), get_language()
        return [
            Language(
                code=code,
                name=get_language_info(code)["name_local"].capitalize(),
                short=_SHORT.get(code, code.upper()),
                url=translate_url(path, code),
                current=code == now,
            )
            for code, _ in settings.LANGUAGES
        ]

    @cached_property
    def language(self) -> Language:
        return next((language for language in self.languages if language.current), self.languages[0])

    def _ask(self, part: Part) -> object:
        provide = _providers.get(part)
        return provide(self._request) if provide else None

    def _links(self, part: Part) -> list[Link]:
        links = cast(Sequence[Link] | None, self._ask(part)) or []
        return [replace(link, current=link.current or _leads_here(link.url, self._request.path)) for link in links]


def _leads_here(url: str, path: str) -> bool:
    """Whether `path` is the page at `url` or one below it. A language's home page is only itself."""
    is_home = url.count("/") <= 2 and url.strip("/") in {"", *(code for code, _ in settings.LANGUAGES)}
    return path == url if is_home else path.startswith(url)
