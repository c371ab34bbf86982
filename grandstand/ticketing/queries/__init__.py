"""Reads. Lists cost the same for one row and for forty."""
