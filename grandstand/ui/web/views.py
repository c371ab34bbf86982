"""The page of all components, and the choice of language."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe
from django.views.i18n import set_language

from grandstand.ui.audience import public
from grandstand.ui.web.design import design_context


@public
@require_safe
def design(request: HttpRequest) -> HttpResponse:
    """Every component with all its states. No query."""
    return render(request, "ui/design.html", design_context(request))


@public
@require_POST
def language(request: HttpRequest) -> HttpResponseBase:
    """Show everything in another language from now on, beginning with the page one comes from."""
    return set_language(request)
