"""The Civil Status Register, asked beside every case."""
