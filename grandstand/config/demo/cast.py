"""Who takes part in the demo: an organisation of every kind, a person for every desk, three markets."""

from dataclasses import dataclass

from grandstand.movement.api import Market, OrganisationDetails, OrganisationKind, Role

PASSWORD = "meridian-demo-2031"

ORGANISER = "meridian"
"""The organising committee: it holds the edition and sells the tickets."""

LICENSEE = "northlight"
"""The licensee whose products the shop sells. Its sales, invoices and books are its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonPlan:
    """A person of the demo and the desk they sit at. `organisation` and `roles` are empty for a fan."""

    email: str
    name: str
    desk: str
    language: str = "en"
    market: str = "europe"
    organisation: str = ""
    roles: tuple[Role, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationPlan:
    """An organisation of the demo; `parent` is the slug of the one above."""

    details: OrganisationDetails
    parent: str = ""


def _organisation(kind: OrganisationKind, slug: str, name: str, *, parent: str = "", country: str = "FR", address: str = "") -> OrganisationPlan:
    details = OrganisationDetails(
        kind=kind, slug=slug, name=name, country=country, currency="EUR", time_zone="Europe/Paris", legal_name=f"{name} (demo)", address=address
    )
    return OrganisationPlan(details=details, parent=parent)


ORGANISATIONS = (
    _organisation(OrganisationKind.RIGHTS_OWNER, "concord", "Concord of Sport"),
    _organisation(
        OrganisationKind.ORGANISING_COMMITTEE, ORGANISER, "Meridian Games", parent="concord", address="1 quai du Méridien\n44600 Port-Méridien"
    ),
    _organisation(OrganisationKind.LICENSEE, LICENSEE, "Northlight Goods", parent="concord", address="8 rue de la Corderie\n44600 Port-Méridien"),
    _organisation(OrganisationKind.FEDERATION, "world-lanes", "World Lanes Federation", parent="concord"),
    _organisation(OrganisationKind.NATIONAL_COMMITTEE, "noc-hexagon", "Hexagon National Committee", parent="concord"),
    _organisation(OrganisationKind.PARTNER, "tidewater", "Tidewater Bank", parent="concord"),
    _organisation(OrganisationKind.MEDIA_RIGHTS_HOLDER, "longwave", "Longwave Broadcasting", parent="concord"),
    _organisation(OrganisationKind.CLUB, "harbour-club", "Harbour Swimming Club", parent="world-lanes"),
)

PEOPLE = (
    PersonPlan(email="fan@demo.example", name="Noé Rinchi", desk="Fan"),
    PersonPlan(email="mei@demo.example", name="林美", desk="Fan, in Chinese", language="zh-hans", market="china"),
    PersonPlan(email="boxoffice@demo.example", name="Camille Oruford", desk="Box office", organisation=ORGANISER, roles=(Role.BOX_OFFICE,)),
    PersonPlan(email="shop@demo.example", name="Teri Solstan", desk="Shop", organisation=LICENSEE, roles=(Role.SHOP,)),
    PersonPlan(email="organiser@demo.example", name="Ravin Cornakova", desk="Organiser", organisation=ORGANISER, roles=(Role.OWNER,)),
    PersonPlan(email="steward@demo.example", name="Yusa Gardou", desk="Steward at the gate", organisation=ORGANISER, roles=(Role.STEWARD,)),
    PersonPlan(email="finance@demo.example", name="Beri Wenquist", desk="Finance of the licensee", organisation=LICENSEE, roles=(Role.FINANCE,)),
)

MARKETS = (
    Market(
        code="europe",
        name="Europe",
        names={"fr": "Europe", "zh-hans": "欧洲"},
        territories=("FR", "DE", "IT", "ES", "NL", "BE", "AT", "IE", "PT", "FI"),
        languages=("en", "fr"),
        currency="EUR",
        time_zone="Europe/Paris",
        prices_include_tax=True,
        is_default=True,
    ),
    Market(
        code="china",
        name="China",
        names={"fr": "Chine", "zh-hans": "中国"},
        territories=("CN",),
        languages=("zh-hans", "en"),
        currency="CNY",
        time_zone="Asia/Shanghai",
        prices_include_tax=True,
    ),
    Market(
        code="usa",
        name="United States",
        names={"fr": "États-Unis", "zh-hans": "美国"},
        territories=("US",),
        languages=("en",),
        currency="USD",
        time_zone="America/New_York",
        prices_include_tax=False,
    ),
)
