"""Getting data out: fetching an export's files, proving them complete, and making them fit to be queried."""
