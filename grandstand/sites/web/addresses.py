"""An address form with the parts that a country writes, in its order."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy, pgettext_lazy

from grandstand.commerce import api as commerce
from grandstand.shop import api as shop

AUTOCOMPLETE = {
    "lines": "street-address",
    "city": "address-level2",
    "district": "address-level3",
    "region": "address-level1",
    "postal_code": "postal-code",
}

LABELS = {
    "lines": gettext_lazy("Street and number"),
    "city": gettext_lazy("Town or city"),
    "post_town": gettext_lazy("Post town"),
    "suburb": gettext_lazy("Suburb"),
    "district": gettext_lazy("District"),
    "neighborhood": gettext_lazy("Neighbourhood"),
    "village_township": gettext_lazy("Village or township"),
    "townland": gettext_lazy("Townland"),
    "area": gettext_lazy("Area"),
    "county": gettext_lazy("County"),
    "department": gettext_lazy("Department"),
    "do_si": gettext_lazy("Province or city"),
    "emirate": gettext_lazy("Emirate"),
    "island": gettext_lazy("Island"),
    "oblast": gettext_lazy("Oblast"),
    "parish": gettext_lazy("Parish"),
    "prefecture": gettext_lazy("Prefecture"),
    "province": gettext_lazy("Province"),
    "state": pgettext_lazy("address", "State"),
    "region": gettext_lazy("Region"),
    "zip": gettext_lazy("ZIP code"),
    "pin": gettext_lazy("PIN code"),
    "eircode": gettext_lazy("Eircode"),
    "postal": gettext_lazy("Postal code"),
    "postal_code": gettext_lazy("Postal code"),
}


class AddressForm(forms.Form):
    """The parts that a country asks for, apart from the name, which the buyer gave already. What was typed is checked by the shop."""

    def __init__(self, parts: Sequence[shop.AddressField], *, country: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.country = country
        for part in parts:
            if part.name != "name":
                self.fields[part.name] = _field(part)
        self.fields["phone"] = forms.CharField(
            label=gettext("Phone number"),
            required=False,
            max_length=30,
            help_text=gettext("For the carrier, if the parcel cannot be delivered."),
            widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
        )

    def ship_to(self, *, name: str) -> commerce.ShipTo | None:
        """The address as it is kept; None when something is wrong with it, which the form then says."""
        given = self.cleaned_data
        asked = commerce.ShipTo(
            name=name,
            country=self.country,
            lines=tuple(line.strip() for line in given.get("lines", "").splitlines() if line.strip()),
            **{part: given.get(part, "") for part in ("city", "district", "postal_code", "region", "phone")},
        )
        try:
            return shop.checked_address(asked)
        except shop.AddressWrong as wrong:
            for name_, why in dict(wrong.detail["errors"]).items():  # type: ignore[call-overload]
                self.add_error(name_ if name_ in self.fields else None, _why(why))
            return None


def _field(part: shop.AddressField) -> forms.Field:
    label = LABELS.get(part.kind) or LABELS[part.name]
    attrs = {"autocomplete": AUTOCOMPLETE[part.name]}
    if part.choices:
        choices = [("", gettext("Choose")), *part.choices]
        return forms.ChoiceField(label=label, required=part.required, choices=choices, widget=forms.Select(attrs=attrs))
    help_text = gettext("For example %(example)s") % {"example": part.example} if part.example else ""
    if part.name == "lines":
        return forms.CharField(label=label, required=part.required, max_length=220, widget=forms.Textarea(attrs={**attrs, "rows": 2}))
    return forms.CharField(label=label, required=part.required, max_length=100, help_text=help_text, widget=forms.TextInput(attrs=attrs))


def _why(code: str) -> str:
    return gettext("This is needed.") if code == "required" else gettext("This does not fit the country. Check it again.")
