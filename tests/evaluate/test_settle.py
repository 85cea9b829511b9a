"""What a set names, held against the documents that there are."""

from __future__ import annotations

from typing import Any
from unicodedata import normalize

import pytest
from outcomes import item

from rag.errors import UsageError
from rag.evaluate import Gold, Item
from rag.evaluate.settle import named, notes
from rag.types import Document, Line

NAMES = {name: name for name in ("a.pdf", "in/b.md", "in/c.md", "out/c.md", "in/правый.txt")}
DOCUMENT = Document(
    "0", "t", "It takes\n308 days.\nNo more.", lines=(Line(1, 0), Line(2, 9), Line(3, 19))
)


def asked(*golds: Gold, **changed: Any) -> Item:
    return item(evidence=golds, **changed)


def test_a_document_may_be_named_by_the_end_of_its_path() -> None:
    (found,) = named([asked(Gold("b.md"), Gold("a.pdf", 2), scope="b.md")], NAMES, "")
    assert found.evidence == (Gold("in/b.md"), Gold("a.pdf", 2))
    assert found.scope == "in/b.md"


def test_letters_in_two_parts_name_the_same_document() -> None:
    (found,) = named([asked(Gold(normalize("NFD", "правый.txt")))], NAMES, "")
    assert found.evidence == (Gold("in/правый.txt"),)


def test_a_document_that_lies_there_twice_is_known_by_the_name_it_is_cited_by() -> None:
    (found,) = named([asked(Gold("copy.pdf"))], {"a.pdf": "a.pdf", "copy.pdf": "a.pdf"}, "")
    assert found.evidence == (Gold("a.pdf"),)


def test_an_unknown_document_is_told_with_how_many_questions_name_it() -> None:
    items = [asked(Gold("a.pdf")), asked(Gold("x.pdf"), Gold("y.pdf")), asked(scope="x.pdf")]
    with pytest.raises(UsageError) as caught:
        named(items, NAMES, "See what there is: rag list")
    said = str(caught.value)
    assert "2 questions of the set name documents that are not there: x.pdf, y.pdf" in said
    assert said.endswith("rag list")


def test_a_name_that_two_documents_have_is_told() -> None:
    with pytest.raises(UsageError, match=r"c\.md may be any of in/c\.md, out/c\.md \(question 1\)"):
        named([asked(Gold("c.md"))], NAMES, "")


def test_what_can_never_be_found_is_told() -> None:
    items = [
        asked(Gold("a.pdf", 2), Gold("a.pdf", None, "takes 308 days"), Gold("a.pdf", lines=(3, 9))),
        asked(Gold("a.pdf", 4), id="paged"),
        asked(Gold("a.pdf", 0), id="zero"),
        asked(Gold("a.pdf", None, "takes 309 days"), id="quoted"),
        asked(Gold("a.pdf", lines=(4, 9)), id="lined"),
        asked(Gold("broken.pdf", 1, "x"), id="broken"),
    ]
    assert notes(items, {"a.pdf": 3}, lambda _: DOCUMENT) == [
        "broken.pdf could not be read, which 1 question needs",
        "not in their documents, so never found:"
        " the pages of paged (page 4 of 3), zero (page 0 of 3)",
        "not in their documents, so never found: the quotes of quoted",
        "not in their documents, so never found: the lines of lined (line 4)",
    ]
