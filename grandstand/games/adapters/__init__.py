"""Files of others, read into drafts. Nothing here asks or writes the database."""
