"""What people send from the joined screens."""

from django import forms
from django.utils.translation import gettext_lazy as _

from grandstand.sites.basket import MOST


class AddForm(forms.Form):
    """Put so many of an item into the basket. `key` makes sending it twice harmless."""

    kind = forms.SlugField(max_length=20)
    item = forms.UUIDField()
    quantity = forms.IntegerField(min_value=1, max_value=MOST)
    key = forms.CharField(max_length=60, required=False)


class QuantityForm(forms.Form):
    """Have so many of a line."""

    quantity = forms.IntegerField(min_value=0, max_value=MOST)


class ContactForm(forms.Form):
    """To whom the order is sent."""

    name = forms.CharField(label=_("Full name"), max_length=150, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        help_text=_("Your tickets and the receipt are sent here."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
