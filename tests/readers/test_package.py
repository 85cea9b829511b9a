"""Archives of XML from strangers: bombs, entities, lies about names and sizes."""

from __future__ import annotations

from pathlib import Path

import docx
import pptx
import pytest
from office_files import changed, odf, saved, with_part, workbook, zipped

from rag.errors import ReadError
from rag.readers import READERS, package
from rag.readers.options import DEFAULT, Limits, Options
from rag.readers.package import broken, open_package, parse_xml

ENTITIES = '<!DOCTYPE x [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'


def text() -> bytes:
    document = docx.Document()
    document.add_paragraph("Text.")
    return saved(document)


def slides() -> bytes:
    presentation = pptx.Presentation()
    slide = presentation.slides.add_slide(presentation.slide_layouts[5])
    slide.shapes.title.text = "Text."
    return saved(presentation)


def sheet() -> bytes:
    return workbook(lambda book: book.add_worksheet("S").write("A1", "Text."))


FILES = {
    ".docx": (text(), "word/document.xml"),
    ".pptx": (slides(), "ppt/slides/slide1.xml"),
    ".xlsx": (sheet(), "xl/workbook.xml"),
    ".odt": (odf("text", "<text:p>Text.</text:p>"), "content.xml"),
    ".ods": (odf("spreadsheet", '<table:table table:name="S"/>'), "content.xml"),
}


@pytest.mark.parametrize("suffix", FILES)
def test_a_bomb_is_refused_by_its_declared_size(suffix: str) -> None:
    data = with_part(FILES[suffix][0], "media/bomb.bin", bytes(6_000_000))
    with pytest.raises(ReadError, match="it would unpack to 6,"):
        READERS[suffix](data, f"a{suffix}", Options(limits=Limits(unpacked=5_000_000)))


@pytest.mark.parametrize("suffix", FILES)
def test_a_crowd_of_parts_is_refused(suffix: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package, "MAX_PARTS", 2)
    with pytest.raises(ReadError, match="it would unpack to"):
        READERS[suffix](FILES[suffix][0], f"a{suffix}", DEFAULT)


@pytest.mark.parametrize("suffix", FILES)
@pytest.mark.parametrize("far", [False, True], ids=["at the head", "behind a long comment"])
def test_entities_are_refused(suffix: str, far: bool) -> None:
    data, main = FILES[suffix]
    comment = f"<!--{' ' * 10_000}-->" if far else ""

    def declaring(name: str, part: bytes) -> bytes:
        if name != main:
            return part
        declared = part.decode().replace("?>", f"?>{comment}{ENTITIES}", 1)
        return declared.replace("Text.", "&b;").encode()

    with pytest.raises(ReadError, match="its XML declares entities") as caught:
        READERS[suffix](changed(data, declaring), f"a{suffix}", DEFAULT)
    assert "save it anew" in caught.value.hint


def test_an_entity_that_names_a_file_is_not_loaded(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("secret", encoding="utf-8")
    with pytest.raises(ReadError, match="declares entities"):
        parse_xml(f'<!DOCTYPE x [<!ENTITY f SYSTEM "file://{secret}">]><x>&f;</x>'.encode())


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (ValueError("bad\n, line 1\r column 2"), "broken DOCX: bad , line 1 column 2"),
        (ValueError("word " * 100), "broken DOCX: " + "word " * 39 + "…"),
        (EOFError(), "broken DOCX: EOFError"),
        (KeyError("rId7"), "broken DOCX: its parts do not fit together"),
        (AttributeError("no attribute"), "broken DOCX: its parts do not fit together"),
        (ReadError("the file is encrypted"), "the file is encrypted"),
    ],
    ids=["of several lines", "long", "without words", "of a look-up", "of a type", "a reason"],
)
def test_what_a_library_raises_is_a_reason_on_one_line(error: Exception, reason: str) -> None:
    with pytest.raises(ReadError) as caught, broken("DOCX"):
        raise error
    assert caught.value.message == reason


def test_want_of_memory_is_not_taken_for_damage() -> None:
    with pytest.raises(MemoryError), broken("DOCX"):
        raise MemoryError


def test_of_several_writings_for_several_programs_the_first_is_read() -> None:
    compatibility = "http://schemas.openxmlformats.org/markup-compatibility/2006"
    root = parse_xml(
        f'<x xmlns:m="{compatibility}">a<m:AlternateContent><m:Choice><y>b</y><z>c'
        "<m:AlternateContent><m:Choice>d</m:Choice></m:AlternateContent></z></m:Choice>"
        "<m:Fallback><y>e</y></m:Fallback></m:AlternateContent></x>".encode()
    )
    assert [item.tag for item in root.iter()] == ["x", "y", "z"]
    assert "".join(root.itertext()) == "abc"


@pytest.mark.parametrize("suffix", FILES)
def test_half_a_file_is_broken(suffix: str) -> None:
    data, _ = FILES[suffix]
    with pytest.raises(ReadError, match="broken"):
        READERS[suffix](data[: len(data) // 2], f"a{suffix}", DEFAULT)


def test_names_of_parts_may_differ_in_case_and_slashes() -> None:
    opened = open_package(zipped({"Word\\Document.XML": "<x/>"}), "DOCX", DEFAULT)
    assert "/word/document.xml" in opened
    assert opened.read("word/document.xml") == b"<x/>"


@pytest.mark.parametrize(
    ("target", "expected"),
    [("a.xml", "word/a.xml"), ("../b.xml", "b.xml"), ("/c.xml", "c.xml"), ("../../../d", "d")],
)
def test_a_relation_leads_to_a_part_and_never_out_of_the_archive(
    target: str, expected: str
) -> None:
    relations = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="r1" Type="http://x/styles" Target="{target}"/>'
        '<Relationship Id="r2" Type="http://x/link" Target="http://y" TargetMode="External"/>'
        "</Relationships>"
    )
    data = zipped({"word/_rels/document.xml.rels": relations})
    found = open_package(data, "DOCX", DEFAULT).relations("word/document.xml")
    assert found == [("r1", "styles", expected)]
