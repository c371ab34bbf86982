"""Reads of the shop. Each says how many statements it needs."""
