"""`python -m bench`: rows become results, and one measurement that fails does not cost the others."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bench import __main__ as bench

ROW = {"name": "a.speed", "value": 2.5, "unit": "ms", "n": 10, "peer": "b", "ratio": 1.25}


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of three measurements, the second of which fails."""
    for name in ("a", "b", "c"):
        (tmp_path / f"bench_{name}.py").touch()
    rows: dict[str, list[dict[str, Any]]] = {"a": [ROW], "c": [{**ROW, "name": "c.size", "unit": "MB"}]}

    def run_of(module: str) -> Any:
        name = module.removeprefix("bench.bench_")
        return SimpleNamespace(run=lambda: rows[name])

    monkeypatch.setattr(bench, "HERE", tmp_path)
    monkeypatch.setattr(bench, "RESULTS", tmp_path / "results.json")
    monkeypatch.setattr(bench.importlib, "import_module", run_of)
    return tmp_path


def results(room: Path) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = json.loads((room / "results.json").read_text(encoding="utf-8"))
    return found


def test_a_failing_measurement_does_not_stop_the_others(room: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert bench.main([]) == 1
    assert set(results(room)) == {"a.speed", "c.size"}
    said = capsys.readouterr()
    assert "failed: b" in said.err
    assert "KeyError" in said.err
    assert "a.speed" in said.out


def test_results_have_value_unit_n_peer_and_ratio(room: Path) -> None:
    assert bench.main(["a"]) == 0
    assert results(room) == {"a.speed": {"value": 2.5, "unit": "ms", "n": 10, "peer": "b", "ratio": 1.25}}


def test_one_by_name_leaves_the_others_results(room: Path) -> None:
    bench.main(["a"])
    bench.main(["c"])
    assert set(results(room)) == {"a.speed", "c.size"}


def test_an_unknown_name_is_wrong_usage(room: Path) -> None:
    with pytest.raises(SystemExit) as ended:
        bench.main(["z"])
    assert ended.value.code == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"value": float("nan")},
        {"value": True},
        {"value": "fast"},
        {"n": 0},
        {"unit": ""},
        {"name": "taken"},
    ],
)
def test_what_is_no_measurement_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r".+"):
        bench.table([{**ROW, **wrong}], {"taken": {}})


def test_measuring_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="nothing"):
        bench.table([], {})
