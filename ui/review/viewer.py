"""Documents and proofs: page by page, zoom, rotate, with what the machine found drawn on the page."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPen, QPixmap, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QGraphicsScene, QGraphicsView, QPushButton, QVBoxLayout, QWidget

from registration.model.documents import Mark
from ui.review.parts import line
from ui.review.views import Sheet
from ui.theme import Look
from ui.widgets.breaking_row import BreakingRow
from ui.widgets.buttons import button
from ui.widgets.labels import Text
from ui.words import Words

ZOOM_STEP = 1.25
MOST_ZOOM = 12.0


class PageView(QGraphicsView):
    """One page. The wheel zooms at the pointer, dragging moves, the page fits until it was zoomed."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._fits = True
        self._drawn = QGraphicsScene(self)
        self.setScene(self._drawn)
        self.setRenderHints(QPainter.RenderHint.SmoothPixmapTransform | QPainter.RenderHint.Antialiasing)
        self.setDragMode(QGraphicsView.DragMode.ScrollHandDrag)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.AnchorUnderMouse)
        self.setMinimumSize(240, 200)

    def show_page(self, sheet: Sheet | None, names: dict[str, str], *, marks: bool) -> None:
        """Draw a page; `names` are the words for the marks."""
        self._drawn.clear()
        self.resetTransform()
        if sheet is not None and not sheet.image.isNull():
            self._drawn.addPixmap(QPixmap.fromImage(sheet.image))
            self._drawn.setSceneRect(QRectF(sheet.image.rect()))
            if marks:
                for mark in sheet.marks:
                    self._draw(mark, sheet, names.get(mark.what, mark.what))
        self.fit()

    def _draw(self, mark: Mark, sheet: Sheet, name: str) -> None:
        width, height = sheet.image.width(), sheet.image.height()
        box = QRectF(
            mark.left * width, mark.top * height, (mark.right - mark.left) * width, (mark.bottom - mark.top) * height
        ).adjusted(-width * 0.006, -height * 0.004, width * 0.006, height * 0.004)
        palette = self._look.palette
        colour = QColor(palette.brand if mark.what == "name" else palette.ok)
        pen = QPen(colour, 3)
        pen.setCosmetic(True)
        self._drawn.addRect(box, pen)
        words = self._drawn.addText(name)
        font = words.font()
        font.setPixelSize(max(10, width // 55))
        font.setBold(True)
        words.setFont(font)
        words.setDefaultTextColor(QColor(palette.brand_ink))
        size = words.boundingRect()
        # Beside the box, for above and below it stand other lines of the page.
        left = box.right() if box.right() + size.width() <= width else box.left() - size.width()
        top = box.center().y() - size.height() / 2
        ground = self._drawn.addRect(QRectF(left, top, size.width(), size.height()))
        ground.setBrush(colour)
        ground.setPen(QPen(Qt.PenStyle.NoPen))
        words.setPos(left, top)
        words.setZValue(1)

    def fit(self) -> None:
        """Show the whole page, however it is turned."""
        self._fits = True
        self.fitInView(self.sceneRect(), Qt.AspectRatioMode.KeepAspectRatio)

    def zoom(self, factor: float) -> None:
        now = abs(self.transform().m11()) + abs(self.transform().m12())
        if now * factor <= MOST_ZOOM and (factor > 1 or now * factor > 0.05):
            self._fits = False
            self.scale(factor, factor)

    def turn(self, degrees: int) -> None:
        self.rotate(degrees)
        if self._fits:
            self.fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._fits:
            self.fit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.zoom(ZOOM_STEP if event.angleDelta().y() > 0 else 1 / ZOOM_STEP)


class DocumentViewer(QWidget):
    """Signals: turned(Sheet | None) when another page is in front."""

    turned = Signal(object)

    def __init__(self, words: Words, look: Look) -> None:
        super().__init__()
        self._words = words
        self._sheets: tuple[Sheet, ...] = ()
        self._titles: tuple[str, ...] = ()
        self.number = 0
        self.page = PageView(look)
        self.previous_button, self.next_button = self._tool("‹"), self._tool("›  (D)")
        self.zoom_out_button, self.zoom_in_button, self.fit_button = self._tool("−"), self._tool("+"), button("tool")
        self.turn_left_button, self.turn_right_button = self._tool("⟲"), self._tool("⟳  (T)")
        self.marks_button = button("filter")
        self.marks_button.setCheckable(True)
        self.marks_button.setChecked(True)
        self._title, self._count = Text("label"), line("caption")
        self.caption = QVBoxLayout()
        tools = BreakingRow(4)
        for widget in (self.previous_button, self._count, self.next_button):
            tools.first.addWidget(widget)
        tools.first.addStretch(1)
        for tool in (
            self.marks_button,
            self.zoom_out_button,
            self.zoom_in_button,
            self.fit_button,
            self.turn_left_button,
            self.turn_right_button,
        ):
            tools.second.addWidget(tool)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(tools)
        column.addWidget(self._title)
        column.addLayout(self.caption)
        column.addWidget(self.page, 1)
        self.previous_button.clicked.connect(lambda: self.go(self.number - 1))
        self.next_button.clicked.connect(lambda: self.go(self.number + 1))
        self.zoom_in_button.clicked.connect(lambda: self.page.zoom(ZOOM_STEP))
        self.zoom_out_button.clicked.connect(lambda: self.page.zoom(1 / ZOOM_STEP))
        self.fit_button.clicked.connect(self.page.fit)
        self.turn_left_button.clicked.connect(lambda: self.page.turn(-90))
        self.turn_right_button.clicked.connect(lambda: self.page.turn(90))
        self.marks_button.toggled.connect(lambda _on: self._draw())
        self.retranslate()

    def _tool(self, sign: str) -> QPushButton:
        made = button("tool")
        made.setText(sign)
        return made

    def show_sheets(self, sheets: tuple[Sheet, ...], titles: tuple[str, ...]) -> None:
        """Show a case's pages, the first in front."""
        self._sheets, self._titles, self.number = sheets, titles, 0
        self._draw()

    def retitle(self, titles: tuple[str, ...]) -> None:
        """Write the titles in another language; the page in front stays as it is turned and zoomed."""
        self._titles = titles
        self._write()

    @property
    def sheet(self) -> Sheet | None:
        return self._sheets[self.number] if self._sheets else None

    def go(self, number: int) -> None:
        if 0 <= number < len(self._sheets) and number != self.number:
            self.number = number
            self._draw()

    def key(self, event: QKeyEvent) -> bool:
        """Act on a key of the page's; False when it is none."""
        match event.key():
            case Qt.Key.Key_D:
                back = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
                self.go((self.number + (-1 if back else 1)) % max(1, len(self._sheets)))
            case Qt.Key.Key_Plus:
                self.page.zoom(ZOOM_STEP)
            case Qt.Key.Key_Minus:
                self.page.zoom(1 / ZOOM_STEP)
            case Qt.Key.Key_0:
                self.page.fit()
            case Qt.Key.Key_T:
                self.page.turn(90)
            case _:
                return False
        return True

    def _draw(self) -> None:
        names = {what: self._words(f"review.desk.mark.{what}") for what in ("name", "address")}
        self.page.show_page(self.sheet, names, marks=self.marks_button.isChecked())
        self._write()
        self.turned.emit(self.sheet)

    def _write(self) -> None:
        title = self._titles[self.number] if self._titles else self._words("review.desk.no_pictures")
        self._title.say(title)
        self.page.setAccessibleName(title)
        self._count.setText(f"{self.number + 1 if self._sheets else 0}/{len(self._sheets)}")
        self.previous_button.setEnabled(self.number > 0)
        self.next_button.setEnabled(self.number + 1 < len(self._sheets))
        self.marks_button.setVisible(bool(self.sheet is not None and self.sheet.marks))

    def retranslate(self) -> None:
        words = self._words
        for made, name in (
            (self.previous_button, "previous_sheet"),
            (self.next_button, "next_sheet"),
            (self.zoom_out_button, "zoom_out"),
            (self.zoom_in_button, "zoom_in"),
            (self.turn_left_button, "turn_left"),
            (self.turn_right_button, "turn_right"),
        ):
            made.setAccessibleName(words(f"review.desk.{name}"))
            made.setToolTip(words(f"review.desk.{name}"))
        self.fit_button.setText(words("review.desk.fit"))
        self.marks_button.setText(words("review.desk.marks"))
