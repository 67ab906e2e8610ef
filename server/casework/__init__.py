"""Cases: what is asked for, by whom, and how it stands."""
