"""Office files are zip archives of XML: opened within bounds, parsed without entities.

Every such file passes here before a library sees it, and only the parts that are asked for are
unpacked.
"""

from __future__ import annotations

import io
import posixpath
import re
import textwrap
import zipfile
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple
from xml.parsers import expat

from rag.errors import ReadError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from lxml.etree import _Element

    from rag.readers.options import Options

#: The first bytes of a compound file: an old office file, or an encrypted one.
COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP = b"PK\x03\x04"
ENCRYPTED = "the file is encrypted: a password is needed"
ENCRYPTED_HINT = "Give it with --password"
RESAVE_HINT = "Open it in an office program and save it anew"
#: For encryption that is recognised and cannot be undone here.
UNPROTECT_HINT = "Save the file without a password and ingest it again"
#: Parts an archive may have.
MAX_PARTS = 20_000
_ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")
#: first year of a date in properties that somebody may have meant
_FIRST_YEAR = 1980
#: the days python-docx and python-pptx write into files they make, which are nobody's
_TEMPLATE_DAYS = frozenset({"2013-12-23", "2013-01-27"})
_DAY = re.compile(r"\s*(\d{4})-(\d\d)-(\d\d)")
#: how the strict form of Office Open XML names what the common one calls …/2006/…
_STRICT = re.compile(rb"http://purl\.oclc\.org/ooxml/(\w+)/")
_COMMON = rb"http://schemas.openxmlformats.org/\1/2006/"
_DOCTYPE = re.compile(rb"<!DOCTYPE", re.IGNORECASE)
#: bytes at the head of a part that are searched before it is parsed
_PROLOG = 4096
#: characters of what a library complains of that are passed on
_MAX_COMPLAINT = 200
#: what the errors of a library are about that trips over its own assumptions
_MISFITS = (AssertionError, AttributeError, LookupError, NotImplementedError, TypeError)
#: how the names of parts end that hold no pictures or sounds
_DATA = (".xml", ".rels", ".bin")
_ALTERNATIVES = "{http://schemas.openxmlformats.org/markup-compatibility/2006}AlternateContent"
_RELATIONS = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_TITLE = "{http://purl.org/dc/elements/1.1/}title"
_CREATED = (
    "{http://purl.org/dc/terms/}created",
    "{urn:oasis:names:tc:opendocument:xmlns:meta:1.0}creation-date",
)
#: the part of OpenDocument that lists the others, and what it says of those that are encrypted
_MANIFEST, _ENCRYPTED_PARTS = "META-INF/manifest.xml", b"encryption-data"


class Relation(NamedTuple):
    """A reference between parts: its id, its kind ("footnotes"), and the part it leads to."""

    id: str
    kind: str
    target: str


class Package:
    """The parts of an archive by name, in whatever case and with whatever slashes it has them."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._parts = {_key(part.filename): part for part in archive.infolist()}

    def __contains__(self, name: str) -> bool:
        return _key(name) in self._parts

    @property
    def names(self) -> list[str]:
        """Names of all parts in lower case."""
        return list(self._parts)

    def read(self, name: str) -> bytes | None:
        """The bytes of a part, None where there is none of that name."""
        part = self._parts.get(_key(name))
        return None if part is None else self._archive.read(part)

    def xml(self, name: str) -> _Element | None:
        """The root element of a part, None where there is none of that name."""
        data = self.read(name)
        return None if data is None else parse_xml(data)

    def replaced(self, parts: Mapping[str, bytes]) -> bytes:
        """The archive without its media and with other bytes for some `parts`."""
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as archive:
            for key, part in self._parts.items():
                if key.endswith(_DATA):
                    archive.writestr(part.filename, parts.get(key) or self._archive.read(part))
        return stream.getvalue()

    def relations(self, name: str = "") -> list[Relation]:
        """What a part refers to inside the archive, in order; of the archive itself for ""."""
        folder = posixpath.dirname(name)
        root = self.xml(relations_part(name))
        found = []
        for item in root.iter(_RELATIONS) if root is not None else ():
            if item.get("TargetMode") != "External":
                target = posixpath.join("/", folder, item.get("Target", "").replace("\\", "/"))
                kind = item.get("Type", "").rsplit("/", 1)[-1]
                part = posixpath.normpath(target).lstrip("/")
                found.append(Relation(item.get("Id", ""), kind, part))
        return found

    def main_part(self) -> str:
        """Name of the part that holds the document itself. Raises ReadError without one."""
        for relation in self.relations():
            if relation.kind == "officeDocument" and relation.target in self:
                return relation.target
        raise ReadError("the archive holds no office document")

    def properties(self) -> tuple[str, str | None]:
        """Title and ISO day of creation that the file's properties name, "" and None without."""
        named = (item.target for item in self.relations() if item.kind == "core-properties")
        root = self.xml(next(named, "meta.xml"))
        if root is None:
            return "", None
        created = (root.findtext(f".//{tag}") for tag in _CREATED)
        return root.findtext(f".//{_TITLE}") or "", iso_day(next(filter(None, created), None))

    def left_out(self, embedded: int = 0) -> Iterator[str]:
        """What of the file is not read: its macros, and so many embedded files."""
        if any(name.endswith("vbaproject.bin") for name in self._parts):
            yield "macros left out"
        if embedded:
            yield f"embedded files left out: {embedded}"


def relations_part(name: str) -> str:
    """Name of the part that says what a part refers to."""
    folder, file = posixpath.split(name)
    return posixpath.join(folder, "_rels", f"{file}.rels")


def _key(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").lower()


@contextmanager
def broken(kind: str) -> Iterator[None]:
    """Turns what libraries raise on damaged bytes into a ReadError that calls the file `kind`."""
    try:
        yield
    except (MemoryError, ReadError):
        raise
    except _MISFITS as error:
        raise ReadError(f"broken {kind}: its parts do not fit together") from error
    except Exception as error:
        complaint = textwrap.shorten(str(error), _MAX_COMPLAINT, placeholder=" …")
        raise ReadError(f"broken {kind}: {complaint or type(error).__name__}") from error


def open_package(data: bytes, kind: str, options: Options) -> Package:
    """Open an archive, decrypted first where `options` has its password.

    Raises ReadError, which calls the file `kind`, where it is none, is encrypted, or would unpack
    to more than the limits allow.
    """
    plain = decrypted(data, options.password)
    if plain.startswith(COMPOUND):
        raise ReadError("an old binary office file under a new suffix", RESAVE_HINT)
    with broken(kind):
        archive = zipfile.ZipFile(io.BytesIO(plain))
        parts = archive.infolist()
        unpacked = sum(part.file_size for part in parts)
        if unpacked > options.limits.unpacked or len(parts) > MAX_PARTS:
            raise ReadError(f"it would unpack to {unpacked:,} bytes in {len(parts):,} parts")
        package = Package(archive)
        if _ENCRYPTED_PARTS in (package.read(_MANIFEST) or b""):
            raise ReadError(ENCRYPTED, UNPROTECT_HINT)
        return package


def is_encrypted(data: bytes) -> bool:
    """Whether a compound file is the shell around an encrypted office file."""
    return data.startswith(COMPOUND) and _ENCRYPTED_STREAM in data


def decrypted(data: bytes, password: str) -> bytes:
    """The file inside an encrypted one; any other file as it is.

    Raises ReadError without the right password.
    """
    return decrypt(data, password) if is_encrypted(data) else data


def decrypt(data: bytes, password: str) -> bytes:
    """What an encrypted compound file holds. Raises ReadError without the right password."""
    if not password:
        raise ReadError(ENCRYPTED, ENCRYPTED_HINT)
    import msoffcrypto

    verify = {"verify_password": True} if is_encrypted(data) else {}
    opened = io.BytesIO()
    try:
        file = msoffcrypto.OfficeFile(io.BytesIO(data))
        file.load_key(password=password, **verify)
        file.decrypt(opened)
    except MemoryError:
        raise
    except Exception as error:  # a damaged shell makes the library raise almost anything
        raise ReadError("the file is encrypted: the password does not open it") from error
    return opened.getvalue()


def check_xml(data: bytes) -> None:
    """Read XML from end to end and keep none of it.

    Raises ReadError for a document type declaration and xml.parsers.expat.ExpatError where it is
    no XML.
    """

    def refuse(*_: object) -> None:
        raise _declares_entities()

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse
    parser.Parse(data, True)


def parse_xml(data: bytes) -> _Element:
    """The root of an XML part; entities are refused, nothing outside it is loaded.

    Where the part writes something in several ways for several programs, the first one is kept.

    Raises ReadError for a document type declaration and lxml.etree.XMLSyntaxError where the part
    is no XML or is nested more than 256 deep.
    """
    from lxml import etree

    if _DOCTYPE.search(data, 0, _PROLOG):
        raise _declares_entities()
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True
    )
    root = etree.fromstring(_STRICT.sub(_COMMON, data), parser)
    if root.getroottree().docinfo.internalDTD is not None:
        raise _declares_entities()
    for alternatives in list(root.iter(_ALTERNATIVES)):
        _keep_first(alternatives)
    return root


def _keep_first(alternatives: _Element) -> None:
    """Put the first of several ways to write something in the place of all."""
    parent = alternatives.getparent()
    if parent is not None:
        for child in list(next(iter(alternatives), ())):
            alternatives.addprevious(child)
        parent.remove(alternatives)


def _declares_entities() -> ReadError:
    return ReadError(
        "its XML declares entities, which no office program writes",
        RESAVE_HINT,
    )


def iso_day(stamp: str | None) -> str | None:
    """The day of an ISO time stamp in a file's properties, None where nobody meant it."""
    match = _DAY.match(stamp or "")
    if match is None or int(match[1]) < _FIRST_YEAR:
        return None
    day = "-".join(match.groups())
    return None if day in _TEMPLATE_DAYS else day
