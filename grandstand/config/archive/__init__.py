"""All data of an installation, taken out, put back, moved to another engine: every table, checked row by row."""
