"""Forms of an account. Labels stand above the fields, so nothing is written into them."""

from typing import Any

from allauth.account import forms as account
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as ReauthenticateWithCodeForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm, SignupWebAuthnForm
from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import get_default_password_validators
from django.utils.translation import get_language_info, gettext
from django.utils.translation import gettext_lazy as _

from grandstand.people.models import Person
from grandstand.people.ports import ports


def password_help() -> str:
    """What a password must be, with the length that settings demand."""
    length = next(each.min_length for each in get_default_password_validators() if hasattr(each, "min_length"))
    return gettext("At least %(length)d characters. Four or five words that only you would put together are easy to keep.") % {"length": length}


class _Plain:
    """Takes out the words that allauth writes into fields, and gives the two e-mail and password fields their own."""

    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            if name in {"email", "login"}:
                field.label = _("E-mail address")
            if name == "password1":
                field.help_text = password_help()


class SignupForm(_Plain, account.SignupForm):  # type: ignore[misc] # allauth publishes no types
    name = forms.CharField(
        label=_("Name"),
        max_length=Person._meta.get_field("name").max_length,
        required=False,
        help_text=_("As it should stand on your tickets."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    field_order = ("email", "name", "password1")


class LoginForm(_Plain, account.LoginForm):  # type: ignore[misc] # allauth publishes no types
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = ""


class ReauthenticateForm(_Plain, account.ReauthenticateForm):  # type: ignore[misc] # allauth publishes no types
    pass


class AddEmailForm(_Plain, account.AddEmailForm):  # type: ignore[misc] # allauth publishes no types
    pass


class ChangePasswordForm(_Plain, account.ChangePasswordForm):  # type: ignore[misc] # allauth publishes no types
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["oldpassword"].help_text = ""


class SetPasswordForm(_Plain, account.SetPasswordForm):  # type: ignore[misc] # allauth publishes no types
    pass


class ResetPasswordForm(_Plain, account.ResetPasswordForm):  # type: ignore[misc] # allauth publishes no types
    pass


class ResetPasswordKeyForm(_Plain, account.ResetPasswordKeyForm):  # type: ignore[misc] # allauth publishes no types
    pass


class SignupPasskeyForm(SignupWebAuthnForm):  # type: ignore[misc] # allauth publishes no types
    name = forms.CharField(label=_("Name of the device"), max_length=100, required=False)


class AddPasskeyForm(AddWebAuthnForm):  # type: ignore[misc] # allauth publishes no types
    """A passkey opens the account by itself unless its owner wants it only as a second step."""

    name = forms.CharField(label=_("Name of the device"), max_length=100, required=False)
    passwordless = forms.BooleanField(
        label=_("Sign in with it alone, without the password"),
        required=False,
        initial=True,
        help_text=_("Take the tick away for a simple security key without fingerprint or code."),
    )


class _Code(_Plain):
    """A code from a mail or an app: digits on a telephone's keyboard, offered by the telephone that got them."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs |= {"autocomplete": "one-time-code", "inputmode": "numeric"}


class ConfirmEmailForm(_Code, account.ConfirmEmailVerificationCodeForm):  # type: ignore[misc] # allauth publishes no types
    pass


class ActivateAppForm(_Code, ActivateTOTPForm):  # type: ignore[misc] # allauth publishes no types
    pass


class SecondStepForm(_Code, AuthenticateForm):  # type: ignore[misc] # allauth publishes no types
    pass


class SecondStepAgainForm(_Code, ReauthenticateWithCodeForm):  # type: ignore[misc] # allauth publishes no types
    pass


class ProfileForm(forms.Form):
    """What a person says about themselves."""

    name = forms.CharField(
        label=_("Name"),
        max_length=Person._meta.get_field("name").max_length,
        required=False,
        help_text=_("As it should stand on your tickets."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    language = forms.ChoiceField(
        label=_("Language"),
        choices=[(code, get_language_info(code)["name_local"].capitalize()) for code, _name in settings.LANGUAGES],
        help_text=_("Of the pages, and of the mail we send you."),
        widget=forms.RadioSelect,
    )
    market_code = forms.ChoiceField(
        label=_("Market"),
        choices=lambda: [("", _("The default market")), *ports.market_choices()],
        required=False,
        help_text=_("Prices, tax and delivery follow it."),
    )


class EraseForm(forms.Form):
    """The last question before an account is erased."""

    sure = forms.BooleanField(label=_("I understand that this cannot be undone."))
