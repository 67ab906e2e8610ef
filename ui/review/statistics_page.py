"""Counts for observers (D-28): what is counted, by what, as bars; as a CSV file to keep. Nobody is named anywhere."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from registration.model.statistics import SMALL, Dimension, Measure, Statistics
from resources import texts
from ui.review.bar_chart import Bar, BarChart
from ui.review.parts import Section, line, moment, spread
from ui.theme import Look
from ui.widgets.buttons import button
from ui.widgets.labels import Text
from ui.words import Words

_BY = tuple(dimension for dimension in Dimension if dimension is not Dimension.TOTAL)


class StatisticsPage(QWidget):
    """Signals: refresh_requested(); save_requested(): keep the counts as a file; left(): back to the queue."""

    refresh_requested = Signal()
    save_requested = Signal()
    left = Signal()

    def __init__(self, words: Words, look: Look) -> None:
        super().__init__()
        self._words = words
        self._view: Statistics | None = None
        self._heading, self._as_of, self._note = line("heading"), line("hint"), Text("hint")
        self.refresh_button, self.save_button, self.back_button = button(), button(), button()
        self.refresh_button.clicked.connect(self.refresh_requested)
        self.save_button.clicked.connect(self.save_requested)
        self.back_button.clicked.connect(self.left)
        self.measure, self.dimension = QComboBox(), QComboBox()
        for box in (self.measure, self.dimension):
            box.currentIndexChanged.connect(self._draw)
        self._measure_label, self._by_label = line("label"), line("label")
        self._measure_label.setBuddy(self.measure)
        self._by_label.setBuddy(self.dimension)
        self.totals, self.chart = BarChart(look), BarChart(look)
        self._totals_card, self._chart_card = Section(), Section()
        self._totals_title, self._chart_title = Text("label"), Text("label")
        self._empty = Text("hint")
        for card, title, chart in (
            (self._totals_card, self._totals_title, self.totals),
            (self._chart_card, self._chart_title, self.chart),
        ):
            card.body.addWidget(title)
            card.body.addWidget(chart)
        self._chart_card.body.addWidget(self._empty)
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(24, 12, 24, 12)
        column.setSpacing(12)
        top = QHBoxLayout()
        top.addWidget(self._heading)
        top.addStretch(1)
        for made in (self.refresh_button, self.save_button, self.back_button):
            top.addWidget(made)
        column.addLayout(top)
        column.addWidget(self._as_of)
        column.addWidget(self._totals_card)
        choice = spread(self._measure_label, self.measure, self._by_label, self.dimension)
        column.addLayout(choice)
        column.addWidget(self._chart_card)
        column.addWidget(self._note)
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setWidget(inside)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(scroll)
        self.retranslate()

    def show_view(self, view: Statistics, *, may_leave: bool) -> None:
        """Show counts; an observer has no queue to go back to."""
        self._view = view
        self.back_button.setVisible(may_leave)
        self.retranslate()

    def retranslate(self) -> None:
        words = self._words
        self._heading.setText(words("review.statistics.title"))
        self.refresh_button.setText(words("review.statistics.refresh"))
        self.save_button.setText(words("review.statistics.save"))
        self.back_button.setText(words("review.statistics.back"))
        self._measure_label.setText(words("review.statistics.what"))
        self._by_label.setText(words("review.statistics.by_what"))
        for box, names, values in (
            (self.measure, "measure", tuple(Measure)),
            (self.dimension, "by", _BY),
        ):
            chosen = max(0, box.currentIndex())
            box.blockSignals(True)
            box.clear()
            for value in values:
                box.addItem(words(f"review.statistics.{names}.{value}"), value)
            box.setCurrentIndex(chosen)
            box.blockSignals(False)
        self._note.say(words("review.statistics.hidden_note", most=SMALL - 1))
        self._empty.say(words("review.statistics.none"))
        self._draw()

    def _draw(self) -> None:
        words, view = self._words, self._view
        if view is None:
            return
        hidden = words("review.statistics.hidden")
        self._as_of.setText(words("review.statistics.as_of", when=moment(view.as_of)))
        total = view.tables[Dimension.TOTAL].get("", {})
        title = words("review.statistics.by.total")
        self._totals_title.say(title)
        bars = [Bar(words(f"review.statistics.measure.{measure}"), total.get(measure, 0)) for measure in Measure]
        self.totals.show_bars(title, bars, hidden)
        measure, by = Measure(self.measure.currentData()), Dimension(self.dimension.currentData())
        table = view.tables[by]
        rows = [(value, counts.get(measure, 0)) for value, counts in table.items()]
        if by not in (Dimension.DAY, Dimension.AGE):
            rows.sort(key=lambda row: (row[1] is None, -(row[1] or 0), row[0]))
        names = (words(f"review.statistics.measure.{measure}"), words(f"review.statistics.by.{by}"))
        self._chart_title.say(" · ".join(names))
        self.chart.show_bars(" · ".join(names), [Bar(self._name(by, value), count) for value, count in rows], hidden)
        self.chart.setVisible(bool(rows))
        self._empty.setVisible(not rows)

    def _name(self, by: Dimension, value: str) -> str:
        words = self._words
        match by:
            case Dimension.DAY:
                return words.day(value)
            case Dimension.COUNTRY if texts.has(words.language, f"country.{value}"):
                return words(f"country.{value}")
            case Dimension.COUNTY:
                return words(f"review.statistics.county.{value or 'unknown'}")
            case Dimension.SEX:
                return words(f"review.statistics.sex.{value}")
            case Dimension.AGE:
                return words("review.statistics.under_age") if value == "under-18" else value
            case Dimension.LANGUAGE if texts.has(words.language, f"review.statistics.language.{value}"):
                return words(f"review.statistics.language.{value}")
            case Dimension.REASON:
                return words(f"review.reason.{value}")
        return value
