"""What buyers read about their parcels."""

import pytest
from django.template.loader import render_to_string
from django.utils import translation

NEWS = {"number": "8F2A-61C9-0B7X", "carrier": "La Poste", "tracking": "6A1", "items": [{"quantity": 2, "title": "T-shirt", "variant": "M"}]}


def _read(status: str, language: str, **changed: object) -> tuple[str, str]:
    with translation.override(language):
        subject, body = (render_to_string(f"shop/notices/parcel_{status}.{part}.txt", NEWS | changed) for part in ("subject", "body"))
    return subject.strip(), body.strip()


@pytest.mark.parametrize("language", ["en", "fr", "zh-hans"])
@pytest.mark.parametrize("status", ["packed", "shipped", "delivered", "returned"])
def test_every_notice_names_the_parcel_and_what_is_in_it_in_every_language(status: str, language: str) -> None:
    subject, body = _read(status, language)
    assert "8F2A-61C9-0B7X" in subject
    assert "8F2A-61C9-0B7X" in body
    assert body.endswith("2 × T-shirt, M")
    english, _ = _read(status, "en")
    assert (subject == english) == (language == "en")


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "Your parcel 8F2A-61C9-0B7X left with La Poste. It has no tracking number."),
        ("fr", "Votre colis 8F2A-61C9-0B7X est parti avec La Poste. Il n’a pas de numéro de suivi."),
        ("zh-hans", "您的包裹 8F2A-61C9-0B7X 已由 La Poste 承运，无运单号。"),
    ],
)
def test_a_letter_without_a_tracking_number_says_so(language: str, sentence: str) -> None:
    assert _read("shipped", language, tracking="")[1].startswith(sentence)
