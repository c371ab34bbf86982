"""The test bank's own pages, bare on purpose: they stand for those of another house."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from grandstand.commerce.adapters import testbank
from grandstand.commerce.models import TestBankPayment
from grandstand.commerce.web.forms import CardForm, CodeForm
from grandstand.kit.clock import now as present
from grandstand.kit.money import Money
from grandstand.ui.audience import public


@public
@never_cache
@require_http_methods(["GET", "POST"])
def test_bank(request: HttpRequest, bank_id: str) -> HttpResponse:
    """Choose a card. Then back to the shop, or to the extra authentication; a declined card may be followed by another."""
    payment = _payment(bank_id)
    form = CardForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            payment = testbank.present_card(bank_id=bank_id, number=form.cleaned_data["card"], now=present())
        except testbank.CardRefused:
            form.add_error("card", gettext("The bank declined this card. Nothing was paid: use another one."))
        except testbank.PaymentOver:
            return redirect(payment.return_url)
        else:
            return redirect("commerce:test_bank_challenge", bank_id) if payment.state == "challenged" else redirect(payment.return_url)
    return _page(request, "commerce/test_bank.html", payment, form)


@public
@never_cache
@require_http_methods(["GET", "POST"])
def test_bank_challenge(request: HttpRequest, bank_id: str) -> HttpResponse:
    """Enter the code from the bank's app, which a test bank shows on the same page."""
    payment = _payment(bank_id)
    if payment.state != "challenged":
        return redirect(payment.return_url if payment.state != "open" else "commerce:test_bank", *([bank_id] if payment.state == "open" else []))
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            testbank.enter_code(bank_id=bank_id, code=form.cleaned_data["code"], now=present())
        except testbank.CodeWrong as wrong:
            if not wrong.detail["tries_left"]:
                return redirect("commerce:test_bank", bank_id)
            form.add_error("code", gettext("That is not the code which your bank shows. Look again."))
        except testbank.PaymentOver:
            return redirect(payment.return_url)
        else:
            return redirect(payment.return_url)
    return _page(request, "commerce/test_bank_challenge.html", payment, form)


def _payment(bank_id: str) -> TestBankPayment:
    try:
        return testbank.payment(bank_id)
    except testbank.NoSuchPayment:
        raise Http404 from None


def _page(request: HttpRequest, template: str, payment: TestBankPayment, form: CardForm | CodeForm) -> HttpResponse:
    amount = Money(minor=payment.amount_minor, currency=payment.currency)
    return render(request, template, {"payment": payment, "amount": amount, "form": form}, status=422 if form.errors else 200)
