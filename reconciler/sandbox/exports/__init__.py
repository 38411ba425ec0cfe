"""Data that leaves the organisation: privacy export requests (contract §5), data exports (§6), and their files."""
