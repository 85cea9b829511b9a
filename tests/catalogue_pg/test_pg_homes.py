"""What a catalogue does alike in both of its homes: a file of SQLite, and PostgreSQL."""

from __future__ import annotations

from dataclasses import replace

import pytest
from shared_library import EMBEDDER, Machines
from store_of_rows import of_text, row_of_text, shelved

from rag.index import Library


def test_a_reader_sees_one_state_until_it_looks_again(either: Machines) -> None:
    with either.writing("a") as a:
        shelved(a, "1.txt", "Это здесь с утра.")
        with Library.open(either.paths("a"), EMBEDDER) as library:
            shelved(a, "2.txt", "А это с вечера.")
            assert library.catalogue.counts() == (1, 1)
            assert library.catalogue.generation == 1
            library.catalogue.refresh()
            assert library.catalogue.counts() == (2, 2)
            library.catalogue.rest()
            shelved(a, "3.txt", "И это к ночи.")
            assert library.catalogue.counts() == (3, 3)  # it rests: there is no state to keep to


def test_texts_with_any_character_come_back_as_they_were(either: Machines) -> None:
    text = "a\0b \ufdd0 \ufdd00 \U0010ffff \U0001f600 % ? ' \\ конец"
    with either.writing("a") as a:
        shelved(a, "имя \0.txt", text)
    with Library.open(either.paths("a"), EMBEDDER) as library:
        (row,) = library.catalogue.documents()
        assert library.catalogue.document(row.id).text == text
        assert row.name == "имя \0.txt"
        (held,) = library.catalogue.chunks()
        assert held.chunk.text == text


def test_names_are_in_the_order_of_their_code_points(either: Machines) -> None:
    given = ["б.txt", "А.txt", "ё.txt", "Z.txt", "a.txt", "_.txt", "\U0001f600.txt", "～.txt"]
    with either.writing("a") as a:
        for name in given:
            shelved(a, name, f"Это {name}.")
    assert either.names("a") == sorted(given)


def test_a_publication_that_fails_leaves_the_old_state_and_what_was_staged(
    either: Machines, monkeypatch: pytest.MonkeyPatch
) -> None:
    paper = of_text("Это выйдет со второго раза.")
    with either.writing("a") as a:
        shelved(a, "1.txt", "Это уже здесь.")
        a.stage(paper)
        monkeypatch.setattr(a._draft, "finish", _broken)
        with pytest.raises(MemoryError):
            a.publish([row_of_text("2.txt", paper)], ["1.txt"])
    assert either.names("a") == ["1.txt"]
    with either.writing("a") as a:
        assert a.catalogue.attempt_of(paper.document.id) == ""
        a.publish([row_of_text("2.txt", paper)], ["1.txt"])
    assert either.names("a") == ["2.txt"]
    assert either.whole("a") == 1


def _broken(*_: object) -> None:
    raise MemoryError("in the middle of it")


def test_a_document_that_is_read_again_takes_the_place_of_itself(either: Machines) -> None:
    paper = of_text("Договор читают дважды. " * 3, chunks=3)
    with either.writing("a") as a:
        a.stage(paper)
        first = a.publish([row_of_text("1.txt", paper)], [])
        a.stage(paper)
        a.stage(paper)
        again = a.publish([row_of_text("1.txt", paper), row_of_text("2.txt", paper)], [])
    assert again.removed == first.added
    assert min(again.added) > max(first.added)
    assert either.names("a") == ["1.txt", "2.txt"]
    assert either.whole("a") == 3


def test_a_document_goes_with_its_last_file(either: Machines) -> None:
    paper, other = of_text("Договор о двух именах."), of_text("Другой договор.")
    with either.writing("a") as a:
        for each in (paper, other):
            a.stage(each)
        names = {"1.txt": paper, "2.txt": paper, "3.txt": other}
        a.publish([row_of_text(name, each) for name, each in names.items()], [])
        assert a.publish([], ["1.txt"]).removed == ()
        assert len(a.publish([], ["2.txt"]).removed) == 1
    assert either.names("a") == ["3.txt"]
    assert either.whole("a") == 1


def test_a_file_takes_the_place_of_what_lay_there_under_another_name(either: Machines) -> None:
    paper = of_text("Письмо без имени.")
    row = row_of_text("1.txt", paper)
    with either.writing("a") as a:
        a.stage(paper)
        a.publish([row], [])
        a.publish([replace(row, name="новое имя.txt")], [])
        assert [each.name for each in a.catalogue.files()] == ["новое имя.txt"]
        failed = replace(row, name="2.txt", path="2.txt", document_id=None, reason="нет")
        a.catalogue.remember([failed])
        assert a.catalogue.unread() == [failed]
        a.catalogue.move_root("/papers", "/архив")
        assert {each.root for each in a.catalogue.files()} == {"/архив"}
