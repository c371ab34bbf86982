"""Forms of the shop's console: texts in three languages, amounts as people write them, all with a reason."""

from decimal import InvalidOperation
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminColorInputWidget,
    UnfoldAdminFileFieldWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminSplitDateTimeWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from grandstand.kit.money import Money
from grandstand.movement.console import ReasonForm
from grandstand.shop.models import PICTURE_TYPES
from grandstand.shop.queries.drops import drops_to_come
from grandstand.shop.queries.items import items_by_id
from grandstand.shop.rules.addresses import is_country
from grandstand.shop.values import Drop
from grandstand.store.api import read
from grandstand.ui.formats import instant_text
from grandstand.ui.pictures import product_kinds, sport_keys

_COLUMNS = {"names": "names", "descriptions": "descriptions", "alt": "alt", "colours": "colour_names"}
_LANGUAGES = {"en": "en", "fr": "fr", "zh_hans": "zh-hans"}


def _line(label: Any, *, required: bool = False, length: int = 150) -> forms.CharField:
    return forms.CharField(label=label, required=required, max_length=length, widget=UnfoldAdminTextInputWidget)


def _text(label: Any) -> forms.CharField:
    return forms.CharField(label=label, required=False, max_length=4000, widget=UnfoldAdminTextareaWidget)


class WordsForm(ReasonForm):
    """A form whose fields `<words>_<language>` stand for a JSON field of the row."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self.fields:
            words, _sep, suffix = name.partition("_")
            column = _COLUMNS.get(words)
            if column and suffix in _LANGUAGES and hasattr(self.instance, column):
                self.initial.setdefault(name, (getattr(self.instance, column) or {}).get(_LANGUAGES[suffix], ""))

    def words(self, name: str) -> dict[str, str]:
        """What was typed, by language, without what was left empty."""
        typed = {code: self.cleaned_data.get(f"{name}_{suffix}", "").strip() for suffix, code in _LANGUAGES.items()}
        return {code: text for code, text in typed.items() if text}


class ProductForm(WordsForm):
    names_en = _line(_("Name in English"), required=True)
    names_fr = _line(_("Name in French"))
    names_zh_hans = _line(_("Name in Chinese"))
    descriptions_en = _text(_("Description in English"))
    descriptions_fr = _text(_("Description in French"))
    descriptions_zh_hans = _text(_("Description in Chinese"))


class VariantForm(WordsForm):
    colours_en = _line(_("Colour in English"))
    colours_fr = _line(_("Colour in French"))
    colours_zh_hans = _line(_("Colour in Chinese"))
    stock_change = forms.IntegerField(
        label=_("Stock: units more or fewer"),
        required=False,
        help_text=_("Received: 20. Lost or damaged: -3. Never below what is set aside and sold."),
        widget=UnfoldAdminIntegerFieldWidget,
    )
    drop_units = forms.IntegerField(
        label=_("New drop: units"),
        required=False,
        help_text=_("So many of what is free, with what is received now, cannot be bought until their time."),
        widget=UnfoldAdminIntegerFieldWidget,
    )
    drop_at = forms.SplitDateTimeField(
        label=_("New drop: released at"), required=False, widget=UnfoldAdminSplitDateTimeWidget, help_text=_("In UTC.")
    )
    drop_call_off = forms.ChoiceField(
        label=_("Call off a drop"),
        required=False,
        help_text=_("Its units can be bought at once, as all others of the variant."),
        widget=UnfoldAdminSelectWidget,
    )
    drop_postpone = forms.ChoiceField(
        label=_("Change the time of a drop"),
        required=False,
        help_text=_("Sooner or later; until then none of it can be bought."),
        widget=UnfoldAdminSelectWidget,
    )
    drop_postponed_to = forms.SplitDateTimeField(
        label=_("Its new time"), required=False, widget=UnfoldAdminSplitDateTimeWidget, help_text=_("In UTC.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "drop_call_off" in self.fields:
            choices = [("", "–"), *((str(drop.drop_id), drop_text(drop)) for drop in drops_of(self.instance.pk))]
            for name in ("drop_call_off", "drop_postpone"):
                self.fields[name].choices = choices  # type: ignore[attr-defined] # a ChoiceField

    def clean(self) -> dict[str, Any]:
        """A drop has units and a time; one whose time is changed has a new one and is not called off."""
        cleaned = super().clean()
        self._both("drop_units", "drop_at", gettext("Say how many, and from when they can be bought."))
        self._both("drop_postpone", "drop_postponed_to", gettext("Say which drop, and its new time."))
        if cleaned.get("drop_postpone") and cleaned["drop_postpone"] == cleaned.get("drop_call_off"):
            self.add_error("drop_postpone", gettext("Call it off or change its time, not both."))
        return cleaned

    def _both(self, one: str, other: str, message: str) -> None:
        """Neither or both are filled in; told beside the one that is not."""
        empty = [name for name in (one, other) if self.cleaned_data.get(name) in {None, ""}]
        if len(empty) == 1 and not {one, other} & set(self.errors):
            self.add_error(empty[0], message)


def drops_of(variant_id: UUID) -> list[Drop]:
    """The drops of a variant to come."""
    with read() as tx:
        items = items_by_id(tx, [variant_id])
        return drops_to_come(tx, list(items.values()))[variant_id] if items else []


def drop_text(drop: Drop) -> str:
    """How many, and when."""
    at = instant_text(drop.released_at, zone="UTC", language=get_language() or "en")
    return ngettext("%(n)d unit: %(at)s", "%(n)d units: %(at)s", drop.quantity) % {"n": drop.quantity, "at": at}


class PriceForm(ReasonForm):
    """The amount is written in major units, such as 12.50, and turned into minor ones."""

    price = forms.CharField(label=_("Price"), max_length=20, help_text=_("Such as 12.50, with tax where the market's prices include it."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "price" in self.fields:
            self.fields["price"].widget = UnfoldAdminTextInputWidget()
            if self.instance.pk and getattr(self.instance, "currency", ""):
                self.initial["price"] = str(Money(minor=self.instance.amount_minor, currency=self.instance.currency).decimal())

    def clean(self) -> dict[str, Any]:
        """Keep the amount as Money."""
        cleaned = super().clean()
        if cleaned.get("price") and cleaned.get("currency"):
            try:
                cleaned["money"] = Money.parse(cleaned["price"].strip(), cleaned["currency"].strip().upper())
            except (ValueError, InvalidOperation):
                self.add_error("price", gettext("This is no amount in this currency: write it such as 12.50."))
        return cleaned


class RateForm(PriceForm, WordsForm):
    names_en = _line(_("Name in English"), required=True)
    names_fr = _line(_("Name in French"))
    names_zh_hans = _line(_("Name in Chinese"))


class PictureForm(WordsForm):
    """A drawing by its parameters, or a file."""

    alt_en = _line(_("What is to be seen, in English"), required=True)
    alt_fr = _line(_("What is to be seen, in French"))
    alt_zh_hans = _line(_("What is to be seen, in Chinese"))
    kind = forms.ChoiceField(label=_("Drawing"), required=False, widget=UnfoldAdminSelectWidget)
    colour = forms.CharField(label=_("Colour"), required=False, initial="#14213d", max_length=7, widget=UnfoldAdminColorInputWidget)
    second = forms.CharField(label=_("Second colour"), required=False, initial="#f6f3ea", max_length=7, widget=UnfoldAdminColorInputWidget)
    sport = forms.ChoiceField(label=_("Sport on it"), required=False, widget=UnfoldAdminSelectWidget)
    upload = forms.FileField(
        label=_("Or a file"),
        required=False,
        help_text=_("PNG, JPEG or WebP, 4 MB at most."),
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": ",".join(sorted(set(PICTURE_TYPES.values())))}),
    )

    LARGEST_BYTES = 4 * 1024 * 1024

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, choices in (("kind", product_kinds()), ("sport", sport_keys())):
            if name in self.fields:
                self.fields[name].choices = [("", "–"), *((choice, choice) for choice in choices)]  # type: ignore[attr-defined] # a ChoiceField

    def clean_upload(self) -> Any:
        """A file of a known kind, by its name and by its first bytes."""
        upload = self.cleaned_data.get("upload")
        if upload is None:
            return None
        suffix = upload.name.rpartition(".")[2].lower()
        if suffix not in PICTURE_TYPES or _type_of(upload.read(12)) != PICTURE_TYPES[suffix]:
            raise forms.ValidationError(gettext("This is no picture: use PNG, JPEG or WebP."))
        if upload.size > self.LARGEST_BYTES:
            raise forms.ValidationError(gettext("The file is larger than 4 MB."))
        upload.seek(0)
        return upload


class ZoneForm(ReasonForm):
    countries = forms.CharField(
        label=_("Countries"),
        required=False,
        help_text=_("ISO codes with commas between them: FR, BE, LU. None: everywhere that no other zone names."),
        widget=UnfoldAdminTextareaWidget,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if isinstance(self.initial.get("countries"), list):
            self.initial["countries"] = ", ".join(self.initial["countries"])

    def clean_countries(self) -> list[str]:
        """Codes in capitals."""
        codes = [code.strip().upper() for code in self.cleaned_data["countries"].split(",") if code.strip()]
        for code in codes:
            if not is_country(code):
                raise forms.ValidationError(gettext("%(code)s is no country: use its two letters, such as FR.") % {"code": code})
        return codes


def _type_of(start: bytes) -> str:
    if start.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if start.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    return "image/webp" if start[:4] == b"RIFF" and start[8:12] == b"WEBP" else ""
