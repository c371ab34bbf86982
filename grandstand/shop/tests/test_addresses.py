from dataclasses import replace
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given

from grandstand.commerce.api import ShipTo
from grandstand.shop.api import AddressWrong, address_fields, address_lines, checked_address
from grandstand.shop.rules.addresses import every_country, is_country

CHINA = ShipTo(name="张伟", country="CN", lines=("文一西路969号",), city="杭州市", district="余杭区", postal_code="311100", region="浙江省")
JAPAN = ShipTo(name="山田太郎", country="JP", lines=("千代田区丸の内1-1",), city="", postal_code="100-0005", region="13")
FRANCE = ShipTo(name="Ada Fan", country="FR", lines=("12 rue des Écoles",), city="Paris", postal_code="75005")
AMERICA = ShipTo(name="Ada Fan", country="US", lines=("1 Main St", "Apt 2"), city="San Francisco", postal_code="94105", region="ca")
BRITAIN = ShipTo(name="Ada Fan", country="GB", lines=("10 Downing St",), city="London", postal_code="sw1a 2aa")


@pytest.mark.parametrize(
    ("address", "label"),
    [
        (CHINA, ("311100", "浙江省杭州市余杭区", "文一西路969号", "张伟", "CHINA")),
        (JAPAN, ("〒100-0005", "東京都", "千代田区丸の内1-1", "山田太郎", "JAPAN")),
        (FRANCE, ("Ada Fan", "12 rue des Écoles", "75005 PARIS", "FRANCE")),
        (AMERICA, ("Ada Fan", "1 Main St", "Apt 2", "SAN FRANCISCO, CA 94105", "UNITED STATES")),
        (BRITAIN, ("Ada Fan", "10 Downing St", "LONDON", "SW1A 2AA", "UNITED KINGDOM")),
    ],
)
def test_a_label_is_written_as_its_country_writes_it(address: ShipTo, label: tuple[str, ...]) -> None:
    assert address_lines(checked_address(address)) == label


def test_a_label_within_its_own_country_does_not_name_it() -> None:
    assert address_lines(checked_address(FRANCE), sent_from="FR") == ("Ada Fan", "12 rue des Écoles", "75005 PARIS")


def test_what_is_kept_is_trimmed_and_coded_and_otherwise_as_typed() -> None:
    kept = checked_address(replace(AMERICA, name="  Ada \t Fan ", lines=(" 1 Main St ", "", "Apt 2"), phone=" +1 415 555 0100 "))
    assert kept == replace(AMERICA, region="CA", phone="+1 415 555 0100")
    assert checked_address(BRITAIN).postal_code == "SW1A 2AA"
    assert checked_address(CHINA).region == "33"


@pytest.mark.parametrize(
    ("address", "changes", "errors"),
    [
        (FRANCE, {"postal_code": "7500"}, {"postal_code": "invalid"}),
        (FRANCE, {"postal_code": "", "city": " "}, {"postal_code": "required", "city": "required"}),
        (FRANCE, {"name": ""}, {"name": "required"}),
        (FRANCE, {"lines": ()}, {"lines": "required"}),
        (FRANCE, {"lines": ("a", "b", "c")}, {"lines": "invalid"}),
        (FRANCE, {"lines": ("x" * 101,)}, {"lines": "invalid"}),
        (FRANCE, {"phone": "call me"}, {"phone": "invalid"}),
        (FRANCE, {"country": "XX"}, {"country": "invalid"}),
        (FRANCE, {"country": ""}, {"country": "invalid"}),
        (AMERICA, {"region": "Ontario"}, {"region": "invalid"}),
        (AMERICA, {"region": ""}, {"region": "required"}),
        (AMERICA, {"postal_code": "10001"}, {"postal_code": "invalid"}),  # New York's, and the address is in California
        (CHINA, {"city": "巴黎"}, {"city": "invalid"}),
    ],
)
def test_every_part_that_cannot_be_right_is_named(address: ShipTo, changes: dict[str, Any], errors: dict[str, str]) -> None:
    with pytest.raises(AddressWrong) as refused:
        checked_address(replace(address, **changes))
    assert refused.value.detail == {"errors": errors}


def test_the_parts_come_in_the_order_of_the_country_and_are_named_as_there() -> None:
    assert [field.name for field in address_fields("CN", language="zh-hans")] == ["postal_code", "region", "city", "district", "lines", "name"]
    kinds = {field.name: (field.kind, field.required, field.example) for field in address_fields("US", language="en")}
    assert kinds == {
        "name": ("name", True, ""),
        "lines": ("lines", True, ""),
        "city": ("city", True, ""),
        "region": ("state", True, ""),
        "postal_code": ("zip", True, "95014"),
    }


def test_choices_follow_the_region_and_the_city_and_are_in_the_readers_language() -> None:
    fields = {field.name: field for field in address_fields("CN", language="en")}
    assert fields["region"].choices[0] == ("34", "Anhui Sheng")
    assert fields["city"].choices == ()
    chinese = {field.name: field for field in address_fields("CN", language="zh-hans", region="33", city="杭州市")}
    assert ("33", "浙江省") in chinese["region"].choices
    assert ("杭州市", "杭州市") in chinese["city"].choices
    assert ("余杭区", "余杭区") in chinese["district"].choices
    canada = {field.name: field for field in address_fields("CA", language="fr")}
    assert ("BC", "Colombie-Britannique") in canada["region"].choices


def test_every_country_can_be_asked_for_and_has_a_name_and_lines() -> None:
    assert len(every_country()) > 240
    for country in every_country():
        names = [field.name for field in address_fields(country, language="en")]
        assert {"name", "lines"} <= set(names)
        assert len(names) == len(set(names))


@given(st.text(max_size=4))
def test_what_is_no_country_is_refused_whatever_it_is(text: str) -> None:
    assert is_country(text) == (text in every_country())


@given(st.sampled_from(every_country()), st.text(max_size=30), st.text(max_size=30))
def test_an_address_is_kept_or_refused_and_what_is_kept_stays_as_it_is(country: str, city: str, code: str) -> None:
    try:
        kept = checked_address(ShipTo(name="Ada", country=country, lines=("1 Street",), city=city, postal_code=code))
    except AddressWrong:
        return
    assert checked_address(kept) == kept
    assert "Ada" in " ".join(address_lines(kept)).title()
