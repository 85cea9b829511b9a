"""The fuzzer itself: it knows every reader, repeats itself, and sees what it is there to see."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from fuzz.invariants import look
from fuzz.pictures import PICTURES
from fuzz.seeds import seeds
from fuzz.targets import OPTIONS, targets
from rag import readers
from rag.errors import ReadError
from rag.readers import CONTAINERS, READERS
from rag.types import Box, Document, Line, Mark, Page, Turn

SUFFIXES = sorted(READERS | CONTAINERS)
UNREAD = {*PICTURES, ".7z", ".rar"}  # without recognition, and at all
KNOWN = [suffix for suffix in SUFFIXES if suffix not in UNREAD and seeds(suffix)]
SOUND = Document("0" * 64, "t", "one two")


def test_every_suffix_is_in_one_target() -> None:
    assert sorted(suffix for target in targets() for suffix in target.suffixes) == SUFFIXES


def test_every_reader_has_files_of_its_own_to_begin_with() -> None:
    assert [t.name for t in targets() if not any(map(seeds, t.suffixes))] == []


@pytest.mark.parametrize("suffix", KNOWN)
def test_what_the_mutations_begin_with_is_read(suffix: str) -> None:
    for data in seeds(suffix):
        seen = look(data, f"a.txt{suffix}", OPTIONS)
        assert seen.documents
        assert not seen.faults


def test_the_same_seed_gives_the_same_inputs_and_another_gives_others() -> None:
    for target in targets([".md", ".docx", ".json"]):
        cases = [target.case(1, number) for number in range(12)]
        assert cases == [target.case(1, number) for number in range(12)]
        assert cases != [target.case(2, number) for number in range(12)]
        assert {name for name, _ in cases} == {f"fuzz.txt{suffix}" for suffix in target.suffixes}


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({}, ""),
        ({"marks": (Mark("table", 4, 8),)}, "marks outside of the text"),
        ({"marks": (Mark("table", 0, 4), Mark("table", 3, 7))}, "tables over each other"),
        ({"marks": (Mark("heading", 0, 3),)}, "a heading of no level"),
        ({"marks": (Mark("aside", 0, 3),)}, "an aside without a reason"),
        ({"turns": (Turn("A", "on", 1, None, 0, 3),)}, "a turn that is not its span"),
        ({"pages": (Page(1, None, 0, 5), Page(2, None, 4, 7))}, "pages out of order"),
        ({"pages": (Page(2, None, 0, 3), Page(2, None, 4, 7))}, "pages out of count"),
        ({"lines": (Line(1, 4), Line(2, 0))}, "lines out of order"),
        ({"boxes": (Box(0, 3, 0.5, 0, 0.4, 1),)}, "a box outside of its page"),
        ({"id": "d0c"}, "an id that is no hash"),
    ],
)
def test_a_document_that_is_not_sound_is_seen(
    fields: dict[str, Any], fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(READERS, ".txt", lambda *_: replace(SOUND, **fields))
    assert [seen.kind for seen in look(b"x", "a.txt", OPTIONS).faults] == [fault] * bool(fault)


def test_lost_characters_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fuzz.invariants.chunk", lambda _: [])
    (fault,) = look(b"one two", "a.txt", OPTIONS).faults
    assert (fault.kind, fault.detail[:12]) == ("lost characters", "6 characters")


def test_an_exception_that_became_no_reason_is_seen_with_its_place(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(*_: object) -> Document:
        raise KeyError("x")

    monkeypatch.setitem(READERS, ".txt", broken)
    (fault,) = look(b"x", "a.txt", OPTIONS).faults
    assert fault.kind.startswith("KeyError at ")
    assert "in broken" in fault.detail


def test_a_reason_is_no_fault_and_silence_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    assert look(b"x", "a.unknown", OPTIONS).faults == ()
    assert look(b"", "a.txt", OPTIONS).refused == 1
    monkeypatch.setitem(readers.CONTAINERS, ".box", lambda *_: iter(()))
    (fault,) = look(b"x", "a.box", OPTIONS).faults
    assert fault.kind == "silent"


def test_a_reason_that_breaks_its_row_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> Document:
        raise ReadError("two\nlines")

    monkeypatch.setitem(READERS, ".txt", broken)
    (fault,) = look(b"x", "a.txt", OPTIONS).faults
    assert fault.kind == "reason of several lines"
