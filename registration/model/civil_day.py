"""The day it is in Albania: dates of the election begin and end at midnight there, wherever kiosk and server stand."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

ALBANIA = ZoneInfo("Europe/Tirane")


def civil_day(moment: datetime) -> date:
    """Return the Albanian date of an aware moment."""
    assert moment.tzinfo is not None, "a moment without its zone"
    return moment.astimezone(ALBANIA).date()
