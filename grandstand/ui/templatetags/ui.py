"""`{% load ui %}`: the tags that templates of every room use. What each looks like with all its states is shown at /design."""

from django import template

from grandstand.ui.tags import forms, pictures, telling, values, ways

register = template.Library()

for part in (forms, pictures, telling, values, ways):
    register.tags |= part.register.tags
    register.filters |= part.register.filters
