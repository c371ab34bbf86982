"""One's own account: what one is called, in which language and market one reads, and everything we know of one."""

from typing import cast

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext, override
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from grandstand.kit.actors import Actor
from grandstand.kit.clock import now
from grandstand.kit.errors import Refusal
from grandstand.people import services
from grandstand.people.models import Person
from grandstand.people.web.forms import EraseForm, ProfileForm
from grandstand.people.web.language import in_language, show_in
from grandstand.ui.audience import public, signed_in


@signed_in
@require_http_methods(["GET", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """Show and change name, language and market."""
    person = cast(Person, request.user)
    initial = {"name": person.name, "language": person.language, "market_code": person.market_code}
    form = ProfileForm(request.POST or None, initial=initial)
    if not form.is_valid():
        return render(request, "people/profile.html", {"form": form, "person": person})
    given, by = form.cleaned_data, Actor.person(person.id)
    if given["name"] != person.name:
        services.set_name(person_id=person.id, name=given["name"], now=now(), by=by)
    if {"language", "market_code"} & set(form.changed_data):
        services.set_language_and_market(person_id=person.id, language=given["language"], market_code=given["market_code"], now=now(), by=by)
    with override(given["language"]):
        messages.success(request, gettext("Your details are saved."))
    response = redirect(in_language(reverse("people:profile"), given["language"]))
    show_in(response, given["language"])
    return response


@signed_in
@require_safe
def data(request: HttpRequest) -> HttpResponse:
    """What one may do with one's data."""
    return render(request, "people/data.html")


@signed_in
@require_safe
@never_cache
@reauthentication_required  # type: ignore[untyped-decorator] # allauth publishes no types
def export(request: HttpRequest) -> HttpResponse:
    """Everything we know of the person, as a file that people and programs can read."""
    exported = services.export_person(cast(Person, request.user).id)
    response = JsonResponse(exported, json_dumps_params={"indent": 2, "ensure_ascii": False})
    response["Content-Disposition"] = 'attachment; filename="my-data.json"'
    return response


@signed_in
@require_http_methods(["GET", "POST"])
@reauthentication_required  # type: ignore[untyped-decorator] # allauth publishes no types
def erase(request: HttpRequest) -> HttpResponse:
    """Erase the account, once the person has shown again who they are and is sure."""
    form = EraseForm(request.POST or None)
    if not form.is_valid():
        return render(request, "people/erase.html", {"form": form})
    person_id = cast(Person, request.user).id
    try:
        services.erase_person(person_id=person_id, now=now(), by=Actor.person(person_id))
    except Refusal as refused:
        form.add_error(None, gettext(str(refused)))
        return render(request, "people/erase.html", {"form": form}, status=refused.status)
    logout(request)
    return redirect("people:erased")


@public
@require_safe
def erased(request: HttpRequest) -> HttpResponse:
    """The account is gone."""
    return render(request, "people/erased.html")
