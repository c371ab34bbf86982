"""Routes and views of the joined screens."""
