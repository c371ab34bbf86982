"""What people send from the joined screens."""

from django import forms
from django.utils.translation import gettext_lazy as _

from grandstand.commerce import api as commerce
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


class BestSeatsForm(forms.Form):
    """A party that wants the best seats of a category."""

    category = forms.CharField(max_length=10)
    quantity = forms.IntegerField(min_value=1, max_value=MOST)
    accessible = forms.IntegerField(min_value=0, max_value=MOST, required=False)
    may_split = forms.BooleanField(required=False)
    key = forms.CharField(max_length=60)


class ContactForm(forms.Form):
    """To whom the order is sent."""

    name = forms.CharField(label=_("Full name"), max_length=150, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        help_text=_("Your tickets and the receipt are sent here."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )

    def clean_name(self) -> str:
        """A name that mail can carry to whoever owns the address."""
        name = str(self.cleaned_data["name"])
        if commerce.has_link(name):
            raise forms.ValidationError(_("Write a name only: links and web addresses do not belong here."))
        return name
