"""Platform webhooks, the events they are told of, and how those are delivered (contract §4)."""
