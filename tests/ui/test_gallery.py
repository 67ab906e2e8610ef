from __future__ import annotations

from pathlib import Path

from PySide6.QtGui import QImage

from ui import gallery
from ui.theme import TextSize


def test_it_writes_every_picture_and_an_index(inter: str, tmp_path: Path) -> None:
    scenes = [scene for scene in gallery.SCENES if scene.name in ("start", "choice")]
    index = gallery.render_gallery(tmp_path, ["sq", "en"], [TextSize.NORMAL], resolution=(1366, 768), scenes=scenes)

    pictures = sorted(tmp_path.glob("*.png"))
    assert len(pictures) == 2 * (2 + len(gallery.PANELS))
    assert all(picture.name in index.read_text(encoding="utf-8") for picture in pictures)
    image = QImage(str(tmp_path / "start-sq-normal-default.png"))
    assert (image.width(), image.height()) == (1366, 768)
    # A picture of nothing would have one colour.
    assert len({image.pixel(x, 300) for x in range(0, 1366, 7)}) > 3


def test_no_two_scenes_have_one_name() -> None:
    names = [scene.name for scene in gallery.SCENES]
    assert len(set(names)) == len(names)
