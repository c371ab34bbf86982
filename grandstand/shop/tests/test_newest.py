import pytest
from pytest_django import DjangoAssertNumQueries

from grandstand.movement.testing import make_market, make_organisation
from grandstand.shop import api as shop
from grandstand.shop.testing import NOW, make_product, make_variant


@pytest.mark.django_db
def test_the_newest_products_are_those_of_the_first_page_up_to_a_limit(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    market, organisation = make_market(), make_organisation()
    assert shop.newest_products(market=market, language="en", now=NOW, limit=2) == []
    for _ in range(3):
        make_variant(make_product(organisation.id))
    page = shop.products(market=market, language="en", now=NOW)
    with django_assert_num_queries(5):
        assert tuple(shop.newest_products(market=market, language="en", now=NOW, limit=2)) == page.products[:2]
