"""The encrypted local store. `Vault` is the way in; see vault.py."""

from kiosk.vault.vault import Vault

__all__ = ["Vault"]
