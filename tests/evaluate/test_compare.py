"""Two runs held against each other, and runs as they are kept on disk."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from outcomes import item, none, outcome, runs, steadily

from rag.errors import UsageError
from rag.evaluate import Gold, Outcome, measures, plot, rows
from rag.evaluate.compare import Difference, _Resampled, compare, differences, paired
from rag.evaluate.failures import failed, reasons
from rag.evaluate.runs import Run, load, save
from rag.types import Citation

GOOD = [outcome(item(number)) for number in range(20)]
BAD = [replace(each, document_ranks=(2,), seconds=0.02) for each in GOOD]
TOP = Citation("a.pdf", 3, None, 0, 4, "It takes 308 days.")


@steadily
@given(runs(), st.data())
def test_a_resample_weighs_questions_as_if_they_came_so_often(
    run: list[Outcome], data: st.DataObject
) -> None:
    times = data.draw(st.lists(st.integers(0, 3), min_size=len(run), max_size=len(run)))
    repeated = [each for each, count in zip(run, times, strict=True) for _ in range(count)]
    weighed = _Resampled(run).figures(np.array([times], dtype=float))
    counted = measures(repeated)
    for name, values in weighed.items():
        value = counted[name]
        if value is not None:
            assert values[0] == pytest.approx(value), name


def test_a_difference_that_every_question_makes_is_clear() -> None:
    found = {each.measure: each for each in differences(GOOD, BAD)}
    hit = found["hit@1"]
    assert (hit.first, hit.second, hit.low, hit.high) == (1.0, 0.0, -1.0, -1.0)
    assert hit.verdict == "worse"
    assert differences(BAD, GOOD)[0].verdict == "better"
    assert found["hit@3"].verdict == found["page_hit@1"].verdict == ""
    assert found["p50_ms"].change == pytest.approx(10.0)
    assert found["p50_ms"].low is None  # a slow minute of the machine is no finding
    assert "n" not in found


def test_a_difference_of_one_question_is_not() -> None:
    (hit,) = (d for d in differences(GOOD, [BAD[0], *GOOD[1:]]) if d.measure == "hit@1")
    assert hit.change == pytest.approx(-0.05)
    assert hit.low is not None
    assert hit.low < hit.change < (hit.high or 0.0) + 1e-9
    assert hit.verdict == ""


def test_the_interval_is_that_of_the_binomial_where_that_is_known() -> None:
    good = [outcome(item(number)) for number in range(400)]
    mixed = [replace(each, document_ranks=(2,)) if n % 4 else each for n, each in enumerate(good)]
    (hit,) = (d for d in differences(good, mixed) if d.measure == "hit@1")
    spread = 1.96 * (0.25 * 0.75 / 400) ** 0.5
    assert hit.low == pytest.approx(-0.75 - spread, abs=0.004)
    assert hit.high == pytest.approx(-0.75 + spread, abs=0.004)
    assert differences(good, mixed) == differences(good, mixed)


def test_the_same_run_does_not_differ_though_it_is_uncertain() -> None:
    run = [*GOOD, *BAD[:3], outcome(none(50)), replace(outcome(none(51)), confidence=0.95)]
    for each in differences(run, run):
        assert each.change == 0.0
        assert (each.low or 0.0) == (each.high or 0.0) == 0.0
        assert each.verdict == ""


def test_auroc_is_compared_too() -> None:
    asked = [*GOOD, *(outcome(none(100 + number)) for number in range(20))]
    mistaken = [replace(each, confidence=0.5) for each in asked]
    (area,) = (d for d in differences(asked, mistaken) if d.measure == "refusal_auroc")
    assert (area.first, area.second, area.high) == (1.0, 0.5, -0.5)


@pytest.mark.parametrize(
    ("measure", "low", "high", "verdict"),
    [
        ("hit@1", 0.1, 0.2, "better"),
        ("hit@1", -0.2, -0.1, "worse"),
        ("hit@1", 0.0, 0.2, ""),
        ("hit@1", None, None, ""),
        ("struck", 0.1, 0.2, "worse"),
        ("struck", -0.2, -0.1, "better"),
    ],
)
def test_a_verdict_needs_zero_outside_of_the_interval(
    measure: str, low: float | None, high: float | None, verdict: str
) -> None:
    assert Difference(measure, 0.5, 0.6, low, high).verdict == verdict


def test_questions_are_paired_whatever_their_order_and_their_ids() -> None:
    renamed = [replace(each, item=replace(each.item, id=f"x{each.item.id}")) for each in BAD]
    first, second = paired(GOOD, renamed[::-1])
    assert [each.item.question for each in first] == [each.item.question for each in second]
    assert first == GOOD
    twice = [*GOOD, GOOD[0]]
    assert paired(twice, twice) == (twice, twice)


def test_runs_over_different_questions_are_compared_only_when_asked() -> None:
    with pytest.raises(UsageError, match=r"20 and 5, of which 5 are the same\. .*--common"):
        paired(GOOD, BAD[:5])
    assert paired(GOOD, BAD[:5], common=True) == (GOOD[:5], BAD[:5])
    other = [outcome(item(1, evidence=(Gold("b.pdf"),)))]  # the same words, another place
    with pytest.raises(UsageError, match="no question in common"):
        paired(GOOD, other, common=True)
    one, two = (Run(tuple(each), {}) for each in (GOOD, BAD))
    assert compare((one, "a"), (two, "b")).questions == 20


@steadily
@given(runs())
def test_a_run_comes_back_from_disk_as_it_was(run: list[Outcome]) -> None:
    import tempfile

    kept = Run((*run, replace(outcome(item(99)), top=TOP)), {"mode": "words", "set": "мой"})
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "run.json"
        save(kept, path)
        assert load(path) == kept
        assert list(Path(folder).iterdir()) == [path]


@pytest.mark.parametrize(
    "text",
    ["", "[]", "7", "{}", '{"run": 2, "how": {}, "outcomes": []}', '{"run": 1, "outcomes": [{}]}'],
)
def test_what_is_no_run_is_told(tmp_path: Path, text: str) -> None:
    path = tmp_path / "run.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=r"run\.json is no saved run .*--save"):
        load(path)
    with pytest.raises(UsageError, match="cannot be read"):
        load(tmp_path / "absent.json")


def test_what_is_wrong_with_a_question_is_said_and_the_worst_comes_first() -> None:
    lost = outcome(item(1), document_ranks=(), page_rank=None, span_rank=None, sentence_rank=None)
    late = outcome(item(2), page_rank=2, sentence_rank=12)
    refused = outcome(item(3), refused=True, confidence=0.3)
    answered = outcome(none(4), refused=False, confidence=0.6)
    fine = [outcome(item(5)), outcome(none(6))]
    assert failed([*fine, late, refused, lost, answered]) == [answered, lost, late, refused]
    assert reasons(lost) == [
        *("a document is not among the first 10", "page not found", "lines not found"),
        "sentence not found",
    ]
    assert reasons(late) == ["page at rank 2", "sentence at rank 12"]
    assert reasons(refused) == ["refused (confidence 0.30)"]
    assert reasons(answered) == ["answered, though the documents do not say (confidence 0.60)"]


def test_rows_open_in_a_spreadsheet_and_run_no_formula(tmp_path: Path) -> None:
    asked = item(1, question='=HYPERLINK("http://x")', kind="-1")
    found = [replace(outcome(asked), top=TOP, page_rank=None), outcome(none(2))]
    path = tmp_path / "rows.csv"
    rows.write(found, path)
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as file:
        first, second = csv.DictReader(file)
    assert first["question"] == '\'=HYPERLINK("http://x")'
    assert first["kind"] == "'-1"
    assert first["expected"] == "a.pdf, p. 3, lines 12–18"
    assert (first["found"], first["passage"]) == ("a.pdf, p. 3", "It takes 308 days.")
    assert (first["answerable"], second["answerable"]) == ("yes", "no")
    assert (first["document_rank"], first["page_rank"]) == ("1", "")
    assert first["wrong"] == "page not found"


def test_rows_are_json_too(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    rows.write([replace(outcome(item(1)), top=replace(TOP, page=None, line=7))], path)
    (line,) = path.read_text(encoding="utf-8").splitlines()
    value = json.loads(line)
    assert value == rows.row(replace(outcome(item(1)), top=replace(TOP, page=None, line=7)))
    assert value["found"] == "a.pdf, line 7"
    assert value["expected"] == ["a.pdf, p. 3, lines 12–18"]


def test_recall_is_drawn_of_what_the_set_names() -> None:
    two = item(1, evidence=(Gold("a.pdf"), Gold("b.pdf")))
    curves = plot.recall([outcome(two, document_ranks=(2, 5)), outcome(none(2))])
    assert curves == {"documents": [0.0, 0.5, 0.5, 0.5, *[1.0] * 6]}
    curves = plot.recall([outcome(item(1), page_rank=3, span_rank=None, sentence_rank=11)])
    assert curves["pages"] == [0.0, 0.0, *[1.0] * 8]
    assert curves["lines"] == curves["sentences"] == [0.0] * 10


@pytest.mark.parametrize("suffix", [".png", ".svg"])
def test_runs_are_drawn_into_one_plot_the_same_every_time(tmp_path: Path, suffix: str) -> None:
    pytest.importorskip("matplotlib")
    drawn = [Run(tuple(GOOD), {}), Run(tuple(BAD), {})]
    paths = [tmp_path / f"{name}{suffix}" for name in "ab"]
    for path in paths:
        plot.draw(drawn, ["words", "слова"], path)
    first, second = (path.read_bytes() for path in paths)
    assert first == second
    if suffix == ".svg":
        for word in ("documents", "pages", "lines", "sentences", "слова"):
            assert f">{word}</text>" in first.decode()


def test_a_plot_without_matplotlib_names_the_extra(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(UsageError, match=r"the extra `plot`.*pip install matplotlib"):
        plot.check(tmp_path / "a.png")
    with pytest.raises(UsageError, match=r"\.png or \.svg"):
        plot.check(tmp_path / "a.pdf")


def test_a_plot_of_nothing_is_told(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    with pytest.raises(UsageError, match="names a place"):
        plot.draw([Run((outcome(none(1)),), {})], ["a"], tmp_path / "a.png")
