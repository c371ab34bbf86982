"""The write paths of the shop."""
