"""Forms of the test bank."""

from django import forms
from django.utils.translation import gettext_lazy as _

from grandstand.commerce.adapters.testbank import Card

CARDS = [
    (Card.GOOD.value, _("4242 4242 4242 4242: pays at once")),
    (Card.CHALLENGED.value, _("4000 0025 0000 3155: asks for a code from the bank's app")),
    (Card.DECLINED.value, _("4000 0000 0000 0002: is declined")),
    (Card.SILENT.value, _("4000 0000 0000 0119: the bank gives no answer")),
    (Card.SLOW.value, _("4000 0000 0000 0259: pays, and the bank tells us half a minute later")),
    (Card.HELD.value, _("4000 0000 0000 0077: the money is set aside first, taken later")),
    (Card.REFUND_FAILS.value, _("4000 0000 0000 5126: pays, but refunds come back")),
]


class CardForm(forms.Form):
    """Which card."""

    card = forms.ChoiceField(label=_("Card"), choices=CARDS, widget=forms.RadioSelect, initial=Card.GOOD.value)


class CodeForm(forms.Form):
    """The code of the extra authentication."""

    code = forms.CharField(
        label=_("Code from your bank's app"),
        max_length=10,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
    )
