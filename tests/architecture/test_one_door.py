"""The contract of our own making finds what it must, and nothing else."""

import grimp
import pytest

from tests.architecture.one_door import OneDoor

OPEN = ["* -> house.*.api", "*.tests.* -> house.*.testing", "house.config.urls -> house.*.web.urls"]


def _broken(importer: str, imported: str) -> list[str]:
    graph = grimp.ImportGraph()
    for module in (importer, imported):
        parts = module.split(".")
        for count in range(1, len(parts) + 1):
            graph.add_module(".".join(parts[:count]))
    graph.add_import(importer=importer, imported=imported, line_number=3, line_contents="import")
    contract = OneDoor("door", {}, {"root": "house", "open": OPEN, "broken_contract_guidance": "use the door"})
    return [imported for _, imported, _ in contract.check(graph, verbose=False).metadata["broken"]]


@pytest.mark.parametrize(
    ("importer", "imported"),
    [
        ("house.shop.services", "house.inventory.services"),
        ("house.shop.services", "house.inventory.testing"),
        ("house.shop.tests.test_it", "house.inventory.models"),
        ("house.sites.web.views", "house.shop.web.urls"),
    ],
)
def test_an_import_past_the_door_breaks_the_contract(importer: str, imported: str) -> None:
    assert _broken(importer, imported) == [imported]


@pytest.mark.parametrize(
    ("importer", "imported"),
    [
        ("house.shop.services", "house.shop.models"),
        ("house.shop.services", "house.inventory.api"),
        ("house.shop.tests.test_it", "house.inventory.testing"),
        ("house.config.urls", "house.shop.web.urls"),
    ],
)
def test_an_import_through_the_door_keeps_it(importer: str, imported: str) -> None:
    assert _broken(importer, imported) == []
