"""The one write path of each thing in inventory."""
