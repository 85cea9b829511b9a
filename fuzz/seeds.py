"""Small sound files of every format, made here: what the mutations begin with."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import struct
from datetime import UTC, datetime
from email.message import EmailMessage
from functools import cache
from typing import TYPE_CHECKING

from fuzz.compound import compound
from fuzz.office import (
    ENGLISH,
    RUSSIAN,
    docx,
    epub,
    odp,
    ods,
    odt,
    packed,
    pptx,
    spreadsheet_xml,
    transcript,
    xls,
    xlsx,
)
from fuzz.packing import pack_tar
from fuzz.pictures import PICTURES, picture

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_TALK = (
    "Планёрка отдела\nДата: 12.11.2025\n\nОлег Титов: Доброе утро. Кто пришлёт смету?\n"
    "Анна Белова: Я пришлю завтра.\nОлег Титов: Решили: поставщика оставляем.\n"
)
_ZOOM_CHAT = (
    "10:01:22 From Oleg Titov to Everyone:\n\tКто пришлёт смету?\n"
    "10:02:05 From Anna Belova to Everyone:\n\tЯ пришлю завтра.\n"
    "10:02:40\t From Oleg Titov : Thanks, until Friday.\n"
)
_MARKDOWN = (
    f"---\ntitle: Правила\ndate: 2025-11-12\n---\n# Отпуск\n\n{RUSSIAN}\n\n## Перенос\n\n"
    f"- **один** день\n- `два` дня\n\n> {ENGLISH}\n\nУровень\n=======\n\n"
    "| Товар | Цена |\n|---|---:|\n| Насос | 1 250 |\n\n```\n# not a heading\n```\n[link](a.html)\n"
)
_VTT = (
    "WEBVTT - созвон\n\nNOTE 2025-11-12\n\nSTYLE\n::cue{color:red}\n\n1\n00:00:01.000 --> "
    "00:00:03.500 align:start\n<v Олег Титов>Кто пришлёт смету?</v>\n\n2\n00:00:03.700 --> "
    "00:00:05.000\nАнна Белова: Я пришлю завтра.\n\n3\n01:00:06.000 --> 01:00:08.000\n"
    "<c.x>Да</c>.\n"
)
_SRT = (
    "1\n00:00:01,000 --> 00:00:03,500\nSpeaker 1: Who sends it?\n\n"
    "2\n00:00:04,000 --> 00:00:06,000\n<i>Speaker 2: I will,</i>\nby Friday.\n"
)
_TABLE = 'Товар;Кол-во;Цена\nНасос;2;"1 250,00"\n"Клапан ""А""";1;"900\nруб."\nИтого;;2150\n'
_HTML = f"""<!DOCTYPE html><html lang="ru"><head><meta charset="utf-8"><title>Договор</title>
<style>p {{ color: red }}</style><script>var a = "<p>no</p>";</script></head><body>
<nav><ul><li><a href="/">Home</a></li><li><a href="/b">About</a></li></ul></nav>
<main><article><h1>Поставка</h1><p>{RUSSIAN}</p><h2>Terms &amp; prices</h2><p>{ENGLISH}</p>
<table><tr><th>Товар</th><th>Цена</th></tr><tr><td>Насос</td><td colspan=2>1&nbsp;250</td></tr>
</table><pre>a  b</pre><div hidden>none</div><!-- note --></article></main><footer>© 2025</footer>
</body></html>"""
_FB2 = f"""<?xml version="1.0" encoding="utf-8"?>
<FictionBook xmlns="http://www.gribuser.ru/xml/fictionbook/2.0"
 xmlns:l="http://www.w3.org/1999/xlink"><description><title-info><book-title>Насос</book-title>
<date value="2025-11-12">2025</date></title-info></description><body><title><p>Часть 1</p></title>
<section><title><p>Глава</p></title><p>{RUSSIAN} <emphasis>да</emphasis></p><empty-line/><poem>
<stanza><v>one</v><v>two</v></stanza></poem><section><p>{ENGLISH}<a l:href="#n">1</a></p></section>
</section></body><body name="notes"><section id="n"><p>note</p></section></body>
<binary id="x" content-type="image/png">iVBORw0KGgo=</binary></FictionBook>"""
_RTF = (
    r"{\rtf1\ansi\ansicpg1251\deff0{\fonttbl{\f0\fcharset204 Arial;}}{\colortbl;\red1;}"
    r"{\info{\title Plan}{\creatim\yr2025\mo11\dy12}}{\*\generator x;}\f0\pard\b Terms\b0\par "
    r"\'c4\'ee\'e3\'ee\'e2\'ee\'f0 \u8470?14\tab one\line two\par\trowd\cellx100\cellx200 "
    r"\intbl a\cell b\cell\row {\pict\pngblip 89504e47}{\v hidden}\bin4 abcd end.\par}"
)


def notebook() -> bytes:
    """Cells of each kind, and an output."""
    output = {"output_type": "stream", "name": "stdout", "text": ["1\n", "2\n"]}
    cells = [
        {"cell_type": "markdown", "metadata": {}, "source": ["# Отчёт\n", RUSSIAN]},
        {"cell_type": "code", "metadata": {}, "source": "print(1)", "outputs": [output]},
        {"cell_type": "raw", "metadata": {}, "source": [ENGLISH]},
    ]
    book = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}
    return json.dumps(book, ensure_ascii=False).encode()


def account() -> bytes:
    """Two chats of one account."""
    chat = json.loads(telegram())
    return json.dumps({"chats": {"list": [chat, {**chat, "name": None, "id": 6}]}}).encode()


def telegram() -> bytes:
    """A chat with plain and marked-up text, a service message and a forwarded one."""
    messages = [
        {"id": 1, "type": "service", "date": "2025-11-12T10:00:00", "action": "create_group"},
        {
            "id": 2,
            "type": "message",
            "date": "2025-11-12T10:01:00",
            "from": "Олег",
            "text": RUSSIAN,
        },
        {
            "id": 3,
            "type": "message",
            "date": "2025-11-12T10:02:00",
            "from": "Анна",
            "text": ["Я ", {"type": "bold", "text": "завтра"}, "."],
            "forwarded_from": "Канал",
        },
    ]
    chat = {"name": "Рабочий", "type": "private_group", "id": 5, "messages": messages}
    return json.dumps(chat, ensure_ascii=False).encode()


def mail() -> bytes:
    """A letter in two forms with a text and a packed attachment."""
    letter = EmailMessage()
    letter["From"], letter["To"] = "Олег <oleg@example.org>", "anna@example.org"
    letter["Subject"], letter["Date"] = "Смета", "Wed, 12 Nov 2025 10:00:00 +0300"
    letter.set_content(f"{RUSSIAN}\n\n> {ENGLISH}\n-- \nОлег")
    letter.add_alternative(f"<p>{RUSSIAN}</p>", subtype="html")
    letter.add_attachment(ENGLISH, filename="note.txt")
    letter.add_attachment(archive(), "application", "zip", filename="архив.zip")
    for number, part in enumerate(part for part in letter.walk() if part.is_multipart()):
        part.set_boundary(f"=={number}==")
    return letter.as_bytes()


def mailbox() -> bytes:
    """Two letters, one below the other, a line of one escaped."""
    start = b"From oleg@example.org Wed Nov 12 10:00:00 2025\n"
    return start + mail() + b"\n" + start + b"Subject: two\n\n>From here on.\n"


def saved_page() -> bytes:
    """A page as a browser saves it, with a picture of it beside."""
    page = EmailMessage()
    page["Subject"], page["Date"] = "Договор", "Wed, 12 Nov 2025 10:00:00 +0300"
    page["Snapshot-Content-Location"] = "https://example.org/a.html"
    page.set_content(_HTML, subtype="html", cte="quoted-printable")
    page.add_related(b"GIF89a", "image", "gif", cid="<x>")
    page.set_boundary("==0==")
    return page.as_bytes()


def outlook() -> bytes:
    """A letter as Outlook keeps it, with a day, headers and an attachment."""
    texts = {
        0x001A: "IPM.Note",
        0x0037: "Смета",
        0x0C1A: "Олег",
        0x0E04: "Анна",
        0x007D: "Date: Wed, 12 Nov 2025 10:00:00 +0300\r\nFrom: oleg@example.org\r\n",
        0x1000: f"{RUSSIAN}\r\n{ENGLISH}",
    }
    attached = {0x3707: "note.txt"}
    folder = "__attach_version1.0_#00000000"
    day = struct.pack("<2IQ", 0x0039_0040, 6, 134_073_000_000_000_000)
    head = struct.pack("<8x4I8x", 0, 1, 0, 1) + day
    content = struct.pack("<4I", 0x3701_0102, 6, len(ENGLISH), 0)
    return compound(
        {
            **_properties("", head, texts),
            **_properties(f"{folder}/", bytes(8) + content, attached),
            f"{folder}/__substg1.0_37010102": ENGLISH.encode(),
        }
    )


def _properties(folder: str, head: bytes, texts: dict[int, str]) -> dict[str, bytes]:
    """Streams of the texts of a message or attachment, and the list of its properties."""
    encoded = {number: text.encode("utf-16-le") for number, text in texts.items()}
    listed = b"".join(
        struct.pack("<4I", number << 16 | 0x1F, 6, len(data) + 2, 0)
        for number, data in encoded.items()
    )
    streams = {f"{folder}__substg1.0_{number:04X}001F": data for number, data in encoded.items()}
    return {f"{folder}__properties_version1.0": head + listed, **streams}


def archive() -> bytes:
    """A ZIP of a text, a note in a folder and another ZIP."""
    inner = packed({"deep.txt": ENGLISH})
    return packed({"a.txt": RUSSIAN, "дела/b.md": _MARKDOWN, "c.zip": inner})


def _tar() -> bytes:
    return pack_tar([("a.txt", RUSSIAN.encode()), ("дела/b.md", _MARKDOWN.encode())])


def pdfs() -> Iterator[bytes]:
    """Text with an outline and a table, packed and plain."""
    from fpdf import FPDF

    for compressed in (False, True):
        pdf = FPDF()
        pdf.set_compression(compressed)
        pdf.set_creation_date(datetime(2025, 1, 1, tzinfo=UTC))
        pdf.set_title("Binder")
        pdf.set_font("Helvetica", size=12)
        for number in range(1, 4):
            pdf.add_page()
            pdf.start_section(f"{number} Chapter")
            pdf.cell(text=f"{number} Chapter", new_x="LMARGIN", new_y="NEXT")
            pdf.multi_cell(0, 6, ENGLISH, new_x="LMARGIN", new_y="NEXT")
            with pdf.table() as table:
                for cells in (("", "2016", "2017"), ("Net income", "2,371", "3,033")):
                    table.row(cells)
            pdf.cell(text=f"Page {number}")
        yield bytes(pdf.output())


def _encoded(*texts: str) -> list[bytes]:
    """Each text in UTF-8, and the last in the encodings that are met besides."""
    encodings = ("utf-16", "utf-8-sig", "cp1251", "koi8-r", "cp866")
    return [text.encode() for text in texts] + [
        texts[-1].encode(encoding, "replace") for encoding in encodings
    ]


_FORMATS: dict[str, Callable[[], list[bytes]]] = {
    ".txt": lambda: _encoded(
        ENGLISH, _ZOOM_CHAT, _TALK, f"1 ПЛАН\n\n{RUSSIAN}\n\n2 ТЕСТ\n\n{ENGLISH}"
    ),
    ".md": lambda: _encoded(_MARKDOWN),
    ".csv": lambda: _encoded(_TABLE.replace(";", ","), _TABLE),
    ".tsv": lambda: _encoded(_TABLE.replace(";", "\t")),
    ".html": lambda: _encoded(_HTML),
    ".rtf": lambda: [_RTF.encode()],
    ".vtt": lambda: _encoded(_VTT),
    ".srt": lambda: _encoded(_SRT, _SRT.replace("Speaker", "Спикер")),
    ".json": lambda: [telegram(), account()],
    ".ipynb": lambda: [notebook()],
    ".fb2": lambda: _encoded(_FB2),
    ".eml": lambda: [mail()],
    ".mbox": lambda: [mailbox()],
    ".mht": lambda: [saved_page()],
    ".msg": lambda: [outlook()],
    ".docx": lambda: [docx(), transcript()],
    ".pptx": lambda: [pptx()],
    ".xlsx": lambda: [xlsx()],
    ".doc": lambda: [_RTF.encode(), docx(), _HTML.encode(), RUSSIAN.encode("cp1251")],
    ".ppt": lambda: [pptx()],
    ".xls": lambda: [xls(), spreadsheet_xml(), xlsx(), _HTML.encode(), _TABLE.encode("cp1251")],
    ".odt": lambda: [odt()],
    ".ods": lambda: [ods()],
    ".odp": lambda: [odp()],
    ".epub": lambda: [epub()],
    ".zip": lambda: [archive(), packed({"a.docx": docx(), "b.eml": mail()})],
    ".tar": lambda: [_tar()],
    ".tgz": lambda: [gzip.compress(_tar(), mtime=0)],
    ".tbz2": lambda: [bz2.compress(_tar())],
    ".txz": lambda: [lzma.compress(_tar())],
    ".gz": lambda: [gzip.compress(ENGLISH.encode(), mtime=0)],
    ".bz2": lambda: [bz2.compress(ENGLISH.encode())],
    ".xz": lambda: [lzma.compress(ENGLISH.encode())],
    ".7z": lambda: [b"7z\xbc\xaf\x27\x1c" + bytes(26)],
    ".pdf": lambda: list(pdfs()),
}


@cache
def seeds(suffix: str) -> tuple[bytes, ...]:
    """Files to begin with for a suffix; none for one that nobody thought of."""
    if suffix in PICTURES:
        return (picture(suffix),)
    return tuple(_FORMATS[suffix]()) if suffix in _FORMATS else ()


@cache
def everything() -> tuple[bytes, ...]:
    """The first file of every format."""
    return tuple(make()[0] for make in _FORMATS.values())
