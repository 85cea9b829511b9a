"""Files dropped without a page: a desk over a library of its own, and what became of them."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from threading import Event

import pytest
from fpdf import FPDF
from fpdf.enums import EncryptionMethod

from rag.config import Settings
from rag.desk import Desk
from rag.desk.drops import Drop
from rag.desk.intake import Intake
from rag.desk.reading import Reader, WasRead
from rag.readers.options import Options

PAPER = "Отпуск переносится на четырнадцать дней. The kettle boils in four minutes.".encode()
PATIENCE = 60  # seconds; a test that needs them has failed


def desk_of(folder: Path, **settings: object) -> Desk:
    """A desk over the library in a folder of a test."""
    return Desk(folder / "home", Settings(**{"workers": 1, **settings}))  # type: ignore[arg-type]


def intake_of(desk: Desk) -> Intake:
    return desk.intake()


def taken(folder: Path, files: dict[str, bytes]) -> tuple[Desk, tuple[Drop, ...]]:
    """A desk that has dealt with files."""
    desk = desk_of(folder)
    drops = desk.intake().take(list(files.items()))
    assert desk.intake().wait(drops, PATIENCE)
    return desk, drops


def pack(members: dict[str, bytes]) -> bytes:
    """A zip archive."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return stream.getvalue()


def secret(password: str) -> bytes:
    """A PDF that a password opens."""
    made = FPDF()
    made.add_page()
    made.set_font("Helvetica", size=12)
    made.cell(text="The secret tariff is five roubles.")
    made.set_encryption("owner", password, EncryptionMethod.RC4)
    return bytes(made.output())


class Gate:
    """Reading that waits: of files that are named, until it is opened."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
        self.reached, self.opened = Event(), Event()
        read = Reader.read

        def waiting(reader: Reader, drop: Drop, options: Options) -> WasRead:
            if drop.name in names:
                self.reached.set()
                assert self.opened.wait(PATIENCE)
            return read(reader, drop, options)

        monkeypatch.setattr(Reader, "read", waiting)
