"""What a steward types, or a hand scanner types for them."""

from django import forms
from django.utils.translation import gettext_lazy as _


class ScanForm(forms.Form):
    """One code. `scan_id` makes a repeated request the same scan; no browser may fill in that of an earlier page."""

    scan_id = forms.UUIDField(required=False, widget=forms.HiddenInput(attrs={"autocomplete": "off"}))
    code = forms.CharField(
        label=_("Code"),
        max_length=2000,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false", "autofocus": True, "enterkeyhint": "go"}
        ),
        error_messages={"required": _("Scan a code, or type it.")},
    )

    def clean_code(self) -> str:
        """Without what hand scanners and paste add: spaces, line ends, another case."""
        return "".join(str(self.cleaned_data["code"]).split()).upper()
