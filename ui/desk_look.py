"""The look of the desktop windows (review desk, administration): the kiosk's tokens, sized for mouse and keyboard."""

from __future__ import annotations

from dataclasses import fields
from string import Template

import resources
from ui.theme import Look, Metrics, Palette, TextSize, Theme

DESK_METRICS = Metrics(em=15, target=34, gap=8, unit=6, bar_em=15, key=44)
"""Pixels on a desktop screen at arm's length; nothing here is touched by a finger (floor: WCAG 2.2 2.5.8, 24 px)."""


LARGE_METRICS = Metrics(em=19, target=42, gap=9, unit=7, bar_em=17, key=50)
"""For officials who read better so; also what a high-resolution screen without scaling wants."""


def desk_look(theme: Theme = Theme.DEFAULT, *, large: bool = False) -> Look:
    return Look(theme, TextSize.SMALL, LARGE_METRICS if large else DESK_METRICS)


def desk_style(look: Look) -> str:
    """Return the kiosk's style sheet in the desk's sizes, followed by `resources/styles/desk.qss`."""
    places: dict[str, object] = {f.name: getattr(look.palette, f.name) for f in fields(Palette)}
    metrics = look.metrics
    places |= {"pad": f"{metrics.unit * 2}px", "half": f"{metrics.unit}px", "h1": f"{round(metrics.em * 1.4)}px"}
    own = Template(resources.path("styles/desk.qss").read_text(encoding="utf-8")).substitute(places)
    return look.style_sheet() + own
