"""How words lie on paper."""

import pytest

from grandstand.ticketing.adapters.paper import _wrapped


@pytest.mark.parametrize("width", range(60, 240, 7))
def test_no_line_in_chinese_begins_or_ends_with_what_belongs_to_the_other_side(width: int) -> None:
    text = "此码仅供一人入场一次，先出示者先入场：请勿交给不信任的人，也不要公开发布其照片（包括“社交媒体”）。"
    lines = _wrapped(text, size=9.5, width=width)
    assert "".join(lines) == text
    assert [line for line in lines if line[0] in "，：”）。" or line[-1] in "（“"] == []


def test_words_stay_whole() -> None:
    lines = _wrapped("It admits one person, once.", size=9.5, width=60)
    assert " ".join(lines) == "It admits one person, once."
    assert len(lines) > 1
