"""Officials: signing in, the queue, one case in front of one of them, decisions, statistics."""
