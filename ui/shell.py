"""The frame around every page: header, scrolling body, action bar and docked keyboard.

The shell owns language, look, debounce, focus and the panels that may stand before a page (busy, idle warning, help,
display settings); what happens next is the flow's affair.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from ui.header import Header
from ui.keyboard import Keyboard, Layout, takes_text
from ui.notices import Notices, Problem
from ui.page import Actions, KioskPage, application
from ui.panels import BusyPanel, DisplayPanel, ExitPanel, HelpPanel, IdlePanel
from ui.sound_panel import SoundPanel
from ui.theme import Look, Metrics, TextSize, Theme, px_per_mm
from ui.widgets.buttons import button
from ui.words import Words

DEBOUNCE_SECONDS = 0.6
"""A second press of Back or Continue within this time is a trembling hand, not a wish."""
BUSY_DELAY_MS = 300
"""Work shorter than this shows no busy panel; the page only stops taking presses."""


class Shell(QWidget):
    """The program's window.

    Signals:
        stay_requested(), leave_requested(): the buttons of the idle warning; leave erases.
        exit_requested(): leave before the end and keep the sealed draft ("Dil" in the header).
        page_said(KioskPage): a page stands in front, or says something new.
        closing(): the window wants to close; `may_close` decides.
    """

    stay_requested = Signal()
    leave_requested = Signal()
    exit_requested = Signal()
    page_said = Signal(object)
    closing = Signal()

    def __init__(
        self,
        words: Words,
        *,
        theme: Theme = Theme.DEFAULT,
        size: TextSize = TextSize.NORMAL,
        screen_px_per_mm: float | None = None,
        keyboard_layout: Layout | None = None,
        show_keyboard: bool = True,
        monotonic: Callable[[], float] = time.monotonic,
        parent: QWidget | None = None,
    ) -> None:
        """Build the window.

        Args:
            screen_px_per_mm: pixels per millimetre where the screen is known not to tell the truth.
            show_keyboard: False where there is only a physical keyboard.
            monotonic: the Clock's seconds, for the debounce.
        """
        super().__init__(parent)
        self.setObjectName("shell")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.words = words
        self.notices = Notices(self)
        self.may_close = True
        self._usual = (theme, size)
        self._px_per_mm = screen_px_per_mm or px_per_mm(self.screen())
        self._look = Look(theme, size, Metrics.of(size, height=1080, px_per_mm=self._px_per_mm))
        self._monotonic = monotonic
        self._pressed_at = float("-inf")
        self._page: KioskPage | None = None
        self._place = ""
        self._busy = False
        self._show_keyboard = show_keyboard

        self.header = Header(words)
        self.keyboard = Keyboard(words, self._look, keyboard_layout)
        self.keyboard.hide()
        self._build_page_area()
        self.busy_panel = BusyPanel(words)
        self.idle_panel = IdlePanel(words)
        self.help_panel = HelpPanel(words)
        self.display_panel = DisplayPanel(words)
        self.sound_panel = SoundPanel(words)
        self.exit_panel = ExitPanel(words)
        self._asked_for = (self.help_panel, self.display_panel, self.sound_panel, self.exit_panel)
        self._panels = (self.busy_panel, self.idle_panel, *self._asked_for)
        self._front = QStackedWidget()
        for part in (self._page_area, *self._panels):
            self._front.addWidget(part)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.header)
        column.addWidget(self._front, 1)
        self._busy_timer = QTimer(self)
        self._busy_timer.setSingleShot(True)
        self._busy_timer.setInterval(BUSY_DELAY_MS)
        self._busy_timer.timeout.connect(lambda: self._bring(self.busy_panel))
        self._connect()
        self.resize(1920, 1080)
        self._apply_look()
        self.retranslate()

    def _build_page_area(self) -> None:
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._holder = QWidget()
        self._holder_row = QHBoxLayout(self._holder)
        self._scroll.setWidget(self._holder)
        self._actions = QWidget()
        self._actions.setObjectName("actions")
        self._actions.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._bar = QHBoxLayout(self._actions)
        self.back_button = button("back")
        self.skip_button = button("skip")
        self.next_button = button("primary")
        self._bar.addWidget(self.back_button)
        self._bar.addStretch(1)
        self._bar.addWidget(self.skip_button)
        self._bar.addWidget(self.next_button)
        self._page_area = QWidget()
        self._page_area.setObjectName("pageArea")
        self._page_area.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        column = QVBoxLayout(self._page_area)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._scroll, 1)
        column.addWidget(self._actions)
        column.addWidget(self.keyboard)

    def _connect(self) -> None:
        self.back_button.clicked.connect(self._go_back)
        self.skip_button.clicked.connect(self._skip)
        self.next_button.clicked.connect(self._go_on)
        self.header.language_chosen.connect(self.words.choose)
        self.header.display_requested.connect(lambda: self._toggle(self.display_panel))
        self.header.sound_requested.connect(lambda: self._toggle(self.sound_panel))
        self.sound_panel.closed.connect(self._show_page_area)
        self.header.help_requested.connect(lambda: self._toggle(self.help_panel))
        self.display_panel.language_chosen.connect(self.words.choose)
        self.display_panel.size_chosen.connect(lambda size: self.choose_look(size=size))
        self.display_panel.theme_chosen.connect(lambda theme: self.choose_look(theme=theme))
        self.display_panel.reset_requested.connect(self.reset_look)
        self.display_panel.closed.connect(self._show_page_area)
        self.help_panel.closed.connect(self._show_page_area)
        self.idle_panel.stay_requested.connect(self.stay_requested)
        self.idle_panel.leave_requested.connect(self.leave_requested)
        self.header.exit_requested.connect(lambda: self._toggle(self.exit_panel))
        self.exit_panel.stay_requested.connect(self._show_page_area)
        self.exit_panel.keep_requested.connect(self.exit_requested)
        self.exit_panel.erase_requested.connect(self.leave_requested)
        self.keyboard.hide_requested.connect(self.keyboard.hide)
        self.keyboard.next_requested.connect(self.focusNextChild)
        self.words.changed.connect(self.retranslate)
        application().focusChanged.connect(self._follow_focus)

    # ------------------------------------------------------------------ pages

    @property
    def page(self) -> KioskPage | None:
        """The page in front."""
        return self._page

    @property
    def look(self) -> Look:
        return self._look

    @property
    def takes_presses(self) -> bool:
        """False while work is going on and the buttons wait for it."""
        return not self._busy

    def show_page(self, page: KioskPage) -> None:
        """Bring a page to the front; the one before is kept by whoever made it."""
        self._end_panels()
        if page is self._page:
            self._write_actions()
            if page.place() != self._place:
                self._begin_page(page)
            elif page.problems():
                self.page_said.emit(page)
            return
        if self._page is not None:
            self._page.actions_changed.disconnect(self._write_actions)
            self._page.enter_pressed.disconnect(self._go_on)
            self._holder_row.removeWidget(self._page)
            self._page.hide()
        self._page = page
        page.restyle(self._look)
        page.retranslate()
        page.actions_changed.connect(self._write_actions)
        page.enter_pressed.connect(self._go_on)
        self._holder_row.addWidget(page, 1)
        page.show()
        self._write_actions()
        self._begin_page(page)

    def _begin_page(self, page: KioskPage) -> None:
        """Begin at the top, with the focus in the first field."""
        self._place = page.place()
        self.keyboard.hide()
        self._scroll.verticalScrollBar().setValue(0)
        # After the layout knows the page, so that the scroll area finds the field.
        QTimer.singleShot(0, self, self._focus_first)
        self.page_said.emit(page)

    def show_problems(self, problems: tuple[Problem, ...]) -> None:
        """Show errors on top of the page in front (`notices` is the way to call it)."""
        self._end_panels()
        if self._page is not None:
            self._page.show_problems(problems)
            self._scroll.verticalScrollBar().setValue(0)
            self.page_said.emit(self._page)

    def _focus_first(self) -> None:
        if self._page is None or self._page.problems() or self._front.currentWidget() is not self._page_area:
            return
        target = self._page.first_field()
        if target is not None:
            target.setFocus(Qt.FocusReason.OtherFocusReason)
        elif self.next_button.isVisible():
            self.next_button.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            choices = (b for b in self._page.findChildren(QPushButton) if b.isVisible())
            if (first := next(choices, None)) is not None:
                first.setFocus(Qt.FocusReason.OtherFocusReason)

    # ------------------------------------------------------------------ the action bar

    def _press(self) -> bool:
        """Tell whether a press counts: not while busy, and not twice within the debounce time."""
        now = self._monotonic()
        if self._busy or now - self._pressed_at < DEBOUNCE_SECONDS:
            return False
        self._pressed_at = now
        return True

    def _go_on(self) -> None:
        if self._page is not None and self._press():
            self._page.submit()

    def _go_back(self) -> None:
        if self._page is not None and self._press():
            self._page.press_back()

    def _skip(self) -> None:
        if self._page is not None and self._press():
            self._page.press_skip()

    def _write_actions(self) -> None:
        actions = self._page.bar() if self._page is not None else Actions()
        for made, words in (
            (self.back_button, actions.back),
            (self.skip_button, actions.skip),
            (self.next_button, actions.next),
        ):
            made.setText(f"←  {words}" if made is self.back_button and words else words)
            made.setAccessibleName(words)
            made.setVisible(bool(words))
        self._actions.setVisible(any((actions.back, actions.skip, actions.next)))

    # ------------------------------------------------------------------ panels before the page

    def show_busy(self, text_id: str, *, cancel: Callable[[], None] | None = None) -> None:
        """Stop taking presses at once and, when it lasts, say what is going on (``words(text_id)``)."""
        self._busy = True
        self.busy_panel.show_work(text_id, cancel)
        if self._front.currentWidget() is not self.busy_panel:
            self._busy_timer.start()

    def hide_busy(self) -> None:
        self._end_panels()

    def show_idle_warning(self, seconds: int) -> bool:
        """Ask whether anybody is still there; return whether the question is a new one."""
        self.idle_panel.show_seconds(seconds)
        new = self._front.currentWidget() is not self.idle_panel
        if new:
            self._bring(self.idle_panel)
        return new

    def offer_exit(self, offered: bool) -> None:
        """Show "Dil" in the header while somebody's session is open."""
        self.header.offer_exit(offered)

    def hide_idle_warning(self) -> None:
        if self._front.currentWidget() is self.idle_panel:
            self._show_page_area()

    def _end_panels(self) -> None:
        self._busy = False
        self._busy_timer.stop()
        self.busy_panel.end()
        self._show_page_area()

    def _toggle(self, panel: QWidget) -> None:
        front = self._front.currentWidget()
        if front is panel:
            self._show_page_area()
        elif front is self._page_area or front in self._asked_for:
            self._bring(panel)

    def _bring(self, panel: QWidget) -> None:
        self._front.setCurrentWidget(panel)
        panel.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_page_area(self) -> None:
        if self._front.currentWidget() is not self._page_area:
            self._front.setCurrentWidget(self._page_area)
            self._focus_first()

    # ------------------------------------------------------------------ language and look

    def choose_look(self, *, theme: Theme | None = None, size: TextSize | None = None) -> None:
        """Take another contrast or text size; nothing on the page is lost."""
        chosen = replace(self._look, theme=theme or self._look.theme, size=size or self._look.size)
        # Writing the same look anew would cost a tenth of a second at the end of every visit.
        if chosen != self._look:
            self._look = chosen
            self._apply_look()

    def reset_look(self) -> None:
        """Go back to the usual theme and size, as at the end of every session (VVSG 7.1-A)."""
        theme, size = self._usual
        self.choose_look(theme=theme, size=size)

    def _apply_look(self) -> None:
        metrics = Metrics.of(self._look.size, height=self.height(), px_per_mm=self._px_per_mm)
        self._look = replace(self._look, metrics=metrics)
        self.setStyleSheet(self._look.style_sheet())
        unit, gap = metrics.unit, metrics.gap
        self._holder_row.setContentsMargins(unit * 4, unit, unit * 4, unit)
        self._bar.setContentsMargins(unit * 4, unit, unit * 4, unit)
        self._bar.setSpacing(gap)
        self.header.restyle(self._look)
        self.keyboard.restyle(self._look)
        for panel in self._panels:
            panel.restyle(self._look)
        if self._page is not None:
            self._page.restyle(self._look)

    def retranslate(self) -> None:
        """Write everything in the language in use."""
        self.setWindowTitle(self.words("shell.product"))
        self.header.retranslate()
        self.keyboard.retranslate()
        for panel in self._panels:
            panel.retranslate()
        if self._page is not None:
            self._page.retranslate()
        self._write_actions()

    # ------------------------------------------------------------------ focus, size, close

    def _follow_focus(self, _old: QWidget | None, new: QWidget | None) -> None:
        if new is None or self._page is None or not self._page.isAncestorOf(new):
            return
        if takes_text(new):
            if self._show_keyboard:
                self.keyboard.serve(new)
                self.keyboard.show()
            # The body gets its new height first.
            QTimer.singleShot(0, self, lambda: self._keep_visible(new))
        else:
            self._keep_visible(new)

    def _keep_visible(self, widget: QWidget) -> None:
        if self._page is not None and self._page.isAncestorOf(widget):
            self._scroll.ensureWidgetVisible(widget, 0, self._look.metrics.target)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if (event.oldSize().height() < 900) != (event.size().height() < 900):
            self._apply_look()
        else:
            self.header.restyle(self._look)

    def closeEvent(self, event: QCloseEvent) -> None:
        self.closing.emit()
        event.setAccepted(self.may_close)
