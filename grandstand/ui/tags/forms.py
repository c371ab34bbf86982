"""Acting and asking."""

from typing import Any

from django import template
from django.forms import BaseForm, BoundField, CheckboxInput
from django.template.loader import render_to_string
from django.utils.translation import gettext

from grandstand.ui.values import Link

register = template.Library()


@register.inclusion_tag("ui/components/button.html")
def button(label: str, **options: Any) -> dict[str, Any]:
    """A button with a verb. Options: kind (second, danger, quiet), size (large, wide), type, name, value, form, icon, opens, disabled."""
    return {"label": label, "type": "submit", "icon_name": options.pop("icon", ""), **options}


@register.inclusion_tag("ui/components/link_button.html")
def link_button(label: str, url: str, **options: Any) -> dict[str, Any]:
    """A link that looks like a button, for going where the next step is. Options: kind, size, icon."""
    return {"label": label, "url": url, "icon_name": options.pop("icon", ""), **options}


@register.inclusion_tag("ui/components/field.html")
def field(bound: BoundField, *, label: str = "", short: bool = False) -> dict[str, Any]:
    """One field of a form with label, hint and error. What is not required says so; nothing is marked with a star."""
    single = isinstance(bound.field.widget, CheckboxInput)
    return {
        "field": bound,
        "label": label or bound.label,
        "optional": not bound.field.required and not single,
        "short": short,
        "single_choice": single,
    }


@register.inclusion_tag("ui/components/fields.html")
def fields(form: BaseForm) -> dict[str, Any]:
    """Every field of a form in its order, hidden ones included."""
    return {"form": form}


@register.inclusion_tag("ui/components/error_summary.html")
def error_summary(form: BaseForm, *, focus: bool = True) -> dict[str, Any]:
    """What has to be put right, each with a way to its field. Shown above the form, nothing when there are no errors; takes the focus."""
    errors = [Link(label=str(error), url="") for error in form.non_field_errors()]
    errors += [
        Link(label=gettext("%(field)s: %(error)s") % {"field": bound.label, "error": error}, url=f"#{_first_input(bound)}")
        for bound in form
        for error in bound.errors
    ]
    return {"errors": errors, "focus": focus}


def _first_input(bound: BoundField) -> str:
    return bound.subwidgets[0].id_for_label if bound.use_fieldset and bound.subwidgets else bound.id_for_label


@register.inclusion_tag("ui/components/stepper.html")
def stepper(name: str, *, value: int, low: int = 0, high: int = 10, label: str, element_id: str = "") -> dict[str, Any]:
    """How many: typed, or by two buttons where there is JavaScript."""
    return {"name": name, "value": value, "low": low, "high": high, "label": label, "id": element_id or f"id_{name}"}


@register.simple_block_tag
def dialog(content: str, *, element_id: str, title: str) -> str:
    """A dialog, opened by a link or button with `opens=element_id`. The link's own page does the same without JavaScript."""
    return render_to_string("ui/components/dialog.html", {"content": content, "id": element_id, "title": title})
