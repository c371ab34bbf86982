"""Reads of commerce, in raw SQL so that they work over any Tx."""
