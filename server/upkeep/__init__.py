"""What the server does for itself: housekeeping, backup, health and figures."""
