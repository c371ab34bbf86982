"""Engines and vendors behind commerce's ports."""
