"""The annotated meetings, where they are at hand: promises found, and none invented."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rag.minutes import extract, is_meeting
from rag.readers import read_document as read
from rag.words import fold

MEETINGS = Path(__file__).resolve().parents[2].parent / "shared" / "meetings" / "dev"
GOLD = sorted(MEETINGS.glob("*.gold.json"))

pytestmark = [
    pytest.mark.eval,
    pytest.mark.skipif(not GOLD, reason="the annotated meetings lie outside the project"),
]


@pytest.mark.parametrize("gold", GOLD, ids=lambda path: path.name.removesuffix(".gold.json"))
def test_promises_stand_where_people_found_them(gold: Path) -> None:
    annotated = json.loads(gold.read_text(encoding="utf-8"))
    source = next(p for p in MEETINGS.glob(f"{annotated['id']}.*") if p != gold)
    document = read(source)
    assert is_meeting(document)
    promises = extract(document, date=annotated["meeting_date"]).promises
    places = {line for g in annotated["promises"] for line in (g["line"], *g["support"])}
    needed = [
        g
        for g in annotated["promises"]
        if not g["dont_care"] and g["force"] == "firm" and g["status"] != "cancelled"
    ]
    lines = {p.line for p in promises}
    found = [g for g in needed if lines & {g["line"], *g["support"]}]
    assert len(found) >= 0.75 * len(needed)
    astray = [p for p in promises if p.line not in places]
    assert len(astray) <= max(1, 0.2 * len(promises))
    folded = fold(document.text)
    for promise in promises:
        assert document.text[promise.start : promise.end] == promise.quote
        assert fold(promise.what) in folded
        assert promise.when is None or fold(promise.when.raw) in folded
