"""Voters: their accounts, codes and sessions, and what they see of their requests."""
