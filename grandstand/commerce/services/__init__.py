"""The one write path of each thing in commerce, cut by what is done."""
