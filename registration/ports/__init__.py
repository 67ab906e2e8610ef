"""What the rules ask of the world. Adapters implement these Protocols and are joined in `kiosk/bootstrap.py`.

Adapters never know one another; a use case takes the ports it needs as arguments. All of them may raise the
`Expected` errors named in their docstrings; anything else that leaves one is a bug.
"""
