import pytest

from grandstand.commerce import api as commerce
from grandstand.config.wiring import wire


def test_every_kind_of_item_has_one_seller_registered_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second registration replaces the first without a word: which of two sellers counts must not hang on the order of lines."""
    kinds: list[str] = []
    monkeypatch.setattr(commerce, "register_seller", lambda seller: kinds.append(seller.kind))
    wire()
    assert sorted(kinds) == ["product", "ticket"]
