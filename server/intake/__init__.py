"""What comes in: packets by link and stick, until each is an account or a case; files from phones."""
