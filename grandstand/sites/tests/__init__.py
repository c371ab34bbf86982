"""Tests of the joined screens."""
