"""Files that office programs open and the libraries do not: put together anew, then read."""

from __future__ import annotations

import re
from collections.abc import Callable

import docx
import pptx
import pytest
from office_files import changed, parts_of, saved, with_part, zipped
from pptx.util import Inches

from rag.readers.office import docx as office
from rag.readers.office import pptx as slides
from rag.readers.office.docx import read_docx
from rag.readers.office.mended import mended
from rag.readers.office.pptx import read_pptx
from rag.readers.options import DEFAULT
from rag.readers.package import open_package

WORDS = "ООО «Ромашка»\n\nПисьмо\n\nТекст письма."
SLIDES = "slide 1\n\nslide 2"

Change = Callable[[str, bytes], bytes]


def letter() -> bytes:
    document = docx.Document()
    document.sections[0].header.paragraphs[0].text = "ООО «Ромашка»"
    document.add_heading("Письмо", 1)
    document.add_paragraph("Текст письма.")
    return saved(document)


def deck() -> bytes:
    presentation = pptx.Presentation()
    for number in (1, 2):
        slide = presentation.slides.add_slide(presentation.slide_layouts[6])
        box = slide.shapes.add_textbox(0, 0, Inches(2), Inches(1))
        box.text_frame.text = f"slide {number}"
    return saved(presentation)


def replacing(part: str, old: str, new: str) -> Change:
    """A change of the parts whose names end so."""

    def change(name: str, content: bytes) -> bytes:
        return re.sub(old.encode(), new.encode(), content) if name.endswith(part) else content

    return change


def relating(part: str, kind: str, target: str, mode: str = "Internal") -> Change:
    """A change that gives a part one relation more."""
    relation = (
        '<Relationship Id="more" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
        f'relationships/{kind}" Target="{target}" TargetMode="{mode}"/></Relationships>'
    )
    return replacing(f"{part}.rels", "</Relationships>", relation)


def in_utf_16(name: str, content: bytes) -> bytes:
    """A change of the encoding of all parts."""
    undeclared = re.sub(rb"<\?xml[^>]*>", b"", content)
    return undeclared.decode().encode("utf-16") if name.endswith(".xml") else content


def without(data: bytes, part: str) -> bytes:
    """A file that lacks a part although others refer to it."""
    return zipped({name: content for name, content in parts_of(data).items() if name != part})


@pytest.mark.parametrize(
    "change",
    [
        relating("document.xml", "styles", "NULL"),
        relating("document.xml", "image", "../../media/image1.png"),
        relating("document.xml", "hyperlink", "http://example.org/", "External"),
        replacing("_Types].xml", "document.main", "template.main"),
        replacing("_Types].xml", "<Override[^>]*>", ""),
        replacing("document.xml", "<w:p>", "<!-- a comment --><w:p><?a processing instruction?>"),
        replacing("document.xml", "Текст письма", "Текст<!-- a comment --> письма"),
        in_utf_16,
    ],
    ids=[
        "two kinds of styles, one missing",
        "a missing picture",
        "a link to the outside",
        "a template",
        "no content types",
        "comments between elements",
        "a comment inside of text",
        "another encoding",
    ],
)
def test_a_document_that_word_opens_is_read(change: Change) -> None:
    assert read_docx(changed(letter(), change), "a.docx").text == WORDS


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        ("word/header1.xml", "Письмо\n\nТекст письма."),
        ("word/styles.xml", WORDS.replace("Письмо\n", "Письмо")),
        ("word/numbering.xml", WORDS),
        ("docProps/core.xml", WORDS),
        ("word/theme/theme1.xml", WORDS),
    ],
)
def test_a_part_of_a_document_that_is_missing_does_no_harm(part: str, expected: str) -> None:
    assert read_docx(without(letter(), part), "a.docx").text == expected


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        ("ppt/slides/slide1.xml", "slide 2"),
        ("ppt/slideLayouts/slideLayout7.xml", SLIDES),
        ("ppt/slideMasters/slideMaster1.xml", SLIDES),
        ("docProps/app.xml", SLIDES),
    ],
)
def test_a_part_of_a_presentation_that_is_missing_does_no_harm(part: str, expected: str) -> None:
    assert read_pptx(without(deck(), part), "a.pptx").text == expected


@pytest.mark.parametrize("form", ["slideshow", "template", "slideshow.macroEnabled"])
def test_shows_and_templates_are_presentations(form: str) -> None:
    change = replacing("_Types].xml", "presentation.main", f"{form}.main")
    assert read_pptx(changed(deck(), change), "a.ppsx").text == SLIDES


def test_ink_beside_the_shapes_does_no_harm() -> None:
    ink = '<p:contentPart r:id="rId7"/></p:spTree>'
    change = replacing("slide1.xml", "</p:spTree>", ink)
    assert read_pptx(changed(deck(), change), "a.pptx").text == SLIDES


def test_names_of_parts_may_differ_in_case() -> None:
    parts = {name.replace("ppt/slides", "PPT/Slides"): x for name, x in parts_of(deck()).items()}
    assert read_pptx(zipped(parts), "a.pptx").text == SLIDES


def test_only_what_is_read_is_handed_on() -> None:
    data = with_part(changed(letter(), relating("document.xml", "image", "media/a.png")), "x", "")
    data = with_part(data, "word/media/a.png", bytes(10))
    package = open_package(data, "DOCX", DEFAULT)
    assert set(parts_of(mended(package, office._PARTS).getvalue())) == {
        "[Content_Types].xml",
        "_rels/.rels",
        "word/_rels/document.xml.rels",
        "word/document.xml",
        "word/header1.xml",
        "word/numbering.xml",
        "word/styles.xml",
    }


def test_slides_that_link_to_each_other_are_no_endless_way() -> None:
    data = changed(deck(), relating("slide1.xml", "slide", "slide2.xml"))
    parts = parts_of(mended(open_package(data, "PPTX", DEFAULT), slides._PARTS).getvalue())
    assert b"slide2" in parts["ppt/_rels/presentation.xml.rels"]
    assert b"slide2" not in parts["ppt/slides/_rels/slide1.xml.rels"]
    assert read_pptx(data, "a.pptx").text == SLIDES
