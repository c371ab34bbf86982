"""Decisions of commerce with plain values: tax, payments, refunds, postings, where an order stands."""
