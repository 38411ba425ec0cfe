"""What a user has of his own beside the organisation: an archive, and receivers of notifications (contract §7)."""
