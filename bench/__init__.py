"""Measurements. Each `bench_NAME.py` has `run()`, which returns rows of name, value, unit, n, and peer and ratio where
there is a peer; `python -m bench` runs them all."""
