"""Decisions of the shop with plain values."""
