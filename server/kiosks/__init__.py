"""Kiosks: who they are, and what they keep as witnesses."""
