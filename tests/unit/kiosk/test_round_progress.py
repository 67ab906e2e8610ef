"""How far a round has come and how long it still takes, as the administrator's window and `kiosk sync` show it."""

from __future__ import annotations

from datetime import timedelta

from kiosk.admin_desk import RoundProgress
from registration.admin_desk import WorkProgress
from registration.model.ids import PacketId
from sync.engine import PacketMoved, RoundBegan
from tests.fakes.vault import ManualClock


def test_count_bytes_and_time_are_told() -> None:
    clock, seen = ManualClock(), list[WorkProgress]()
    told = RoundProgress(clock, seen.append)
    told(RoundBegan(2, 3_000_000))
    for number, held, size, seconds in (
        (1, 500_000, 1_000_000, 0),  # the server held half of it from before
        (1, 1_000_000, 1_000_000, 5),
        (2, 0, 2_000_000, 0),
        (2, 500_000, 2_000_000, 5),
        (2, 2_000_000, 2_000_000, 15),
    ):
        clock.move(timedelta(seconds=seconds))
        told(PacketMoved(PacketId("p"), number, 2, held, size))
    assert [(each.packet, each.packets, each.done, each.size) for each in seen] == [
        (1, 2, 500_000, 3_000_000),
        (1, 2, 1_000_000, 3_000_000),
        (2, 2, 1_000_000, 3_000_000),
        (2, 2, 1_500_000, 3_000_000),
        (2, 2, 3_000_000, 3_000_000),
    ]
    assert [each.seconds_left for each in seen] == [None, 20.0, 20.0, 15.0, 0.0]
