"""The capture screen of the face in every state it can be in: each hint, each movement, green."""

from __future__ import annotations

from collections.abc import Callable

from registration.ports.capture import Guidance
from resources import texts
from ui import gallery_pictures as pictures
from ui import gallery_samples as samples
from ui.gallery import Scene
from ui.page import KioskPage
from ui.pages.face_page import FacePage
from ui.shell import Shell

_HINT, _CHALLENGE = "voter.hint.face_", "voter.challenge."


def guidances() -> dict[str, Guidance]:
    """Return every state by its name."""
    ids = sorted(texts.table(texts.LANGUAGES[0]))
    states = {f"hint-{i.removeprefix(_HINT)}": Guidance(False, i) for i in ids if i.startswith(_HINT)}
    states |= {
        f"asked-{i.removeprefix(_CHALLENGE)}": Guidance(False, "", challenge=i, progress=0.5)
        for i in ids
        if i.startswith(_CHALLENGE)
    }
    return {
        "looking": Guidance(False, ""),
        **states,
        "green": Guidance(True, f"{_HINT}hold_still", progress=0.7),
        "hint-done": Guidance(True, f"{_HINT}done", progress=1.0),
    }


def hint_scenes() -> tuple[Scene, ...]:
    """Return a scene for every state."""
    return tuple(Scene(f"face-{name}", _shown(guidance)) for name, guidance in guidances().items())


def _shown(guidance: Guidance) -> Callable[[Shell], KioskPage]:
    def show(shell: Shell) -> KioskPage:
        page = FacePage(shell.words)
        page.show_view(samples.face())
        page.show_live()
        page.show_frame(pictures.face_image(), guidance)
        return page

    return show
