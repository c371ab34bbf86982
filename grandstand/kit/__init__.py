"""Plain Python that every room may use: no Django, no database, no clock of its own."""
