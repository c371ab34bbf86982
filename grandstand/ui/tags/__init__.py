"""The tags behind `{% load ui %}`, by what they are for."""
