from io import BytesIO

import pytest
from pypdf import PdfReader

from grandstand.kit.ids import new_id
from grandstand.movement.testing import make_organisation
from grandstand.shop import api as shop
from grandstand.shop import models
from grandstand.shop.adapters.packing_list import CJK_FONT, KOREAN_FONT
from grandstand.shop.testing import make_parcel, make_product, make_ship_to, make_variant, sold_line

pytestmark = pytest.mark.django_db

CHINA = make_ship_to(name="张伟", country="CN", lines=("文一西路969号",), city="杭州市", district="余杭区", postal_code="311100", region="33")
KOREA = make_ship_to(name="김철수", country="KR", lines=("서초대로 74",), city="서초구", postal_code="06621", region="11")


def _pages(pdf: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(BytesIO(pdf)).pages]


def test_each_parcel_has_a_sheet_with_its_label_and_what_goes_into_it() -> None:
    organisation = make_organisation(name="Games shop", country="FR").id
    product = make_product(organisation)
    shirt, cap = make_variant(product, sku="T-M", size="M"), make_variant(product, sku="CAP", size="one size")
    line = sold_line(organisation, shirt, quantity=2)
    first = make_parcel(organisation, line, sold_line(organisation, cap, order_id=line.order_id, sale_id=line.sale_id))
    second = make_parcel(organisation, sold_line(organisation, shirt))
    pages = _pages(shop.packing_list([first, second], language="en"))
    assert len(pages) == 2
    number = models.Parcel.objects.get(id=first).number
    for text in (
        number,
        "Shop: Games shop",
        "Ada Fan",
        "12 rue des Écoles",
        "75005 PARIS",
        "T-M",
        "Lane T-shirt · M",
        "CAP",
        "3 pieces in this parcel",
    ):
        assert text in pages[0]
    assert "FRANCE" not in pages[0]
    assert "1 piece in this parcel" in pages[1]


def test_chinese_and_korean_addresses_are_written_in_fonts_that_have_them() -> None:
    organisation = make_organisation().id
    variant = make_variant(make_product(organisation))
    parcels = [make_parcel(organisation, sold_line(organisation, variant, ship_to=ship_to)) for ship_to in (CHINA, KOREA)]
    reader = PdfReader(BytesIO(shop.packing_list(parcels, language="zh-hans")))
    fonts = [{str(font.get_object()["/BaseFont"]) for font in page["/Resources"]["/Font"].values()} for page in reader.pages]  # type: ignore[index]
    assert f"/{CJK_FONT}" in fonts[0]
    assert any(KOREAN_FONT in font for font in fonts[1])
    assert reader.metadata is not None


def test_the_same_parcels_give_the_same_file_and_an_unknown_one_none() -> None:
    parcel = make_parcel(make_organisation().id)
    assert shop.packing_list([parcel], language="fr") == shop.packing_list([parcel], language="fr")
    with pytest.raises(shop.NoSuchParcel):
        shop.packing_list([parcel, new_id()], language="en")
