"""What the page of components shows: every component with all its states, on made-up things of no edition."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from grandstand.kit import clock
from grandstand.kit.money import Money
from grandstand.ui import pictures
from grandstand.ui.values import Bar, Column, Link, steps

ZONE = "Europe/Lisbon"
STARTS_AT = datetime(2031, 7, 11, 18, 30, tzinfo=UTC)
PALETTE = [
    ("paper", "ink"),
    ("raised", "ink"),
    ("sunk", "ink"),
    ("accent", "accent-ink"),
    ("accent-soft", "accent"),
    ("done-soft", "done"),
    ("wait-soft", "wait"),
    ("refused-soft", "refused"),
    ("live-soft", "live"),
]


class ExampleForm(forms.Form):
    """One field of every kind."""

    name = forms.CharField(label=_("Full name"), help_text=_("As it is written in the passport."))
    email = forms.EmailField(label=_("E-mail address"))
    phone = forms.CharField(label=_("Phone number"), required=False)
    country = forms.ChoiceField(label=_("Country"), choices=[("", _("Choose a country")), ("PT", "Portugal"), ("FR", "France"), ("CN", "中国")])
    delivery = forms.ChoiceField(
        label=_("How should it arrive?"),
        widget=forms.RadioSelect,
        choices=[("post", _("By post, 3 to 5 days")), ("collect", _("Collect at the venue"))],
    )
    remarks = forms.CharField(label=_("Remarks"), widget=forms.Textarea, required=False)
    news = forms.BooleanField(label=_("Tell me when new sessions go on sale"), required=False)


def design_context(request: HttpRequest) -> dict[str, Any]:
    """Everything the template draws."""
    wrong = ExampleForm({"name": "", "email": "maya@", "country": "PT"})
    now = clock.now()
    words = [_("Today"), _("Tomorrow"), _("Swimming"), _("Athletics")]
    return {
        "form": ExampleForm(auto_id="id_example_%s"),
        "wrong": wrong,
        "zone": ZONE,
        "starts_at": STARTS_AT,
        "day": date(2031, 7, 11),
        "now": now,
        "held_until": now + timedelta(minutes=9, seconds=30),
        "held_short": now + timedelta(seconds=45),
        "price": Money(minor=4250, currency="EUR"),
        "prices": [Money(minor=4250, currency="EUR"), Money(minor=3800, currency="JPY"), Money(minor=12345678, currency="KWD")],
        "palette": PALETTE,
        "tones": [
            ("done", _("Paid")),
            ("wait", _("Few left")),
            ("refused", _("Sold out")),
            ("live", _("Live now")),
            ("act", _("New")),
            ("plain", _("Draft")),
        ],
        "sports": pictures.sport_keys(),
        "venues": ["Harbour Pool", "North Oval", "Old Market Hall", "River Course", "Lighthouse Bay", "Hill Track"],
        "covers": [(kind, seed) for kind in pictures.cover_kinds() for seed in ("1",)],
        "splits": (27.9, 29.4, 30.1, 29.8, 28.2, 31.0, 29.1, 30.6),
        "profile": (12, 14, 20, 35, 60, 82, 120, 180, 175, 140, 90, 70, 110, 160, 210, 260, 240, 190, 130, 100, 85, 60, 40, 33, 28, 20, 15, 12),
        "products": list(zip(pictures.product_kinds(), _colours(), strict=True)),
        "icons": pictures.icon_names(),
        "columns": [Column(label=str(_("Category"))), Column(label=str(_("Seats left")), numeric=True), Column(label=str(_("Price")), numeric=True)],
        "rows": [("A", "1 204", "€86.00"), ("B", "356", "€54.00"), ("C", "0", "€28.00")],
        "total": (str(_("Together")), "1 560", ""),
        "bars": [Bar(label=f"{9 + i}:00", value=value, text=str(value)) for i, value in enumerate((120, 340, 560, 410, 280, 90, 30, 12))],
        "trend": (3, 9, 7, 15, 22, 19, 31, 40),
        "filters": [Link(label=str(word), url=f"?show={i}", current=i == 1, count=i * 7 + 3) for i, word in enumerate(words)],
        "tabs": [Link(label=str(word), url=f"?tab={i}", current=i == 0) for i, word in enumerate(words)],
        "page": Paginator(range(240), 10).page(min(24, max(1, int(page) if (page := request.GET.get("page", "4")).isdecimal() else 1))),
        "crumbs": [Link(label=str(_("Schedule")), url="?"), Link(label=str(_("Swimming")), url="?"), Link(label="SWM07", url="")],
        "steps": steps([(str(_("Details")), "?"), (str(_("Review")), "?"), (str(_("Pay")), "?")], current=1),
        "sums": [
            (_("2 tickets, category B"), "€108.00"),
            (_("T-shirt, size M"), "€32.00"),
            (_("Post to Portugal"), "€6.50"),
            (_("To pay"), "€146.50"),
        ],
        "details": [(_("Session"), "SWM07"), (_("Venue"), "Harbour Pool"), (_("Gate"), "C, Row 12, Seats 4 and 5")],
        "address": ["Maya Lindqvist", "Rua do Farol 18, 2.º", "1200-110 Lisboa", "Portugal"],
        "qr": _example_code(),
    }


def _colours() -> list[tuple[str, str, str]]:
    ways = [
        ("#9a3412", "#f6f3ea", "swimming"),
        ("#1d5c70", "#ffc56b", "athletics"),
        ("#20242c", "#ffa36b", "football"),
        ("#f6f3ea", "#5320ad", "archery"),
    ]
    return [ways[i % len(ways)] for i in range(len(pictures.product_kinds()))]


def _example_code() -> str:
    """A drawing with the proportions of a QR code; the real ones come from the room that signs them."""
    cells = "".join(f"M{x} {y}h1v1h-1z" for x in range(29) for y in range(29) if (x * y * 7 + x * 3 + y * 5) % 11 < 5)
    says = _("Example of a ticket code")
    return f'<svg viewBox="0 0 29 29" width="290" height="290" role="img" aria-label="{says}"><path d="{cells}"/></svg>'
