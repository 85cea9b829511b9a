"""Mail: a message with its headers, and the files attached to it, each read by its own suffix.

Of a body that is given twice the plain text is taken; a body in HTML keeps all that is shown of
it. The history that a reply quotes stays in its text.
"""

from __future__ import annotations

import email
import re
from contextlib import suppress
from email.message import Message
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import ReadError
from rag.readers import Member, supported
from rag.readers.encoding import decode
from rag.readers.mail.headers import charset_of, file_name, header, iso_day_of
from rag.readers.mail.text import (
    Body,
    Letter,
    Names,
    digest_of,
    is_richer,
    mail_document,
    safe_name,
)
from rag.readers.web.html import declared_encoding, page

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rag.readers.options import Options
    from rag.types import Document

_FIELDS = ("From", "To", "Cc", "Date", "Subject")
#: A mail has one of these.
_SIGNS = ("From", "To", "Subject", "Received", "Message-ID", "Return-Path", "Content-Type")
_TEXTS = {"text/plain": False, "text/html": True, "text/enriched": False}
#: what proves something of the other parts and has no text of its own
_PROOFS = frozenset(
    "application/pkcs7-signature application/x-pkcs7-signature application/pgp-signature".split()
)
#: bytes below which a picture in a mail's text is a logo or counts its readers
_SMALL_PICTURE = 8192
_BEGIN = re.compile(rb"(?:\A|(?<=\n\n)|(?<=\n\r\n))From [^\r\n]*\d\d:\d\d[^\r\n]*\r?\n")
_ESCAPED = re.compile(rb"^>(>*From )", re.MULTILINE)
#: bytes at the beginning of a mail in a mailbox in which its subject is looked for
_HEAD = 65_536


def members_eml(data: bytes, name: str, options: Options) -> Iterator[Member]:
    """A mail, then its attachments. Raises ReadError where the file is no mail."""
    message = _parsed(data)
    if not any(sign in message for sign in _SIGNS):
        raise ReadError("not a mail: it has none of the headers of one")
    bodies: list[Body] = []
    attached: list[Message] = []
    for part in _parts(message, options.limits.members):
        if isinstance(part, Body):
            bodies.append(part)
        else:
            attached.append(part)
    fields = [(field, value) for field in _FIELDS if (value := header(message, field))]
    letter = Letter(fields, iso_day_of(message), bodies)
    yield Member("", mail_document(letter, digest_of(data), name, options))
    names = Names()
    for part in attached:
        yield from _attachment(part, names)


def members_mbox(data: bytes, _name: str, options: Options) -> Iterator[Member]:
    """The mails of a mailbox, named by their number and subject."""
    begins = [match.span() for match in _BEGIN.finditer(data)]
    if not begins or begins[0][0]:
        raise ReadError("not a mailbox: it does not begin with a mail")
    ends = [start for start, _ in begins[1:]] + [len(data)]
    most = options.limits.members
    for number, ((_, start), end) in enumerate(zip(begins, ends, strict=True), start=1):
        if number > most:
            raise ReadError(f"it holds more than {most:,} mails; those after them were not read")
        mail = _ESCAPED.sub(rb"\1", data[start:end])
        subject = safe_name(header(_parsed(mail[:_HEAD].split(b"\n\n")[0]), "Subject"))
        yield Member(f"{number} {subject}".strip() + ".eml", mail)


def read_mht(data: bytes, name: str, options: Options) -> Document:
    """Read a page that a browser saved as one file. Raises ReadError where there is none in it."""
    for part in _parsed(data).walk():
        if part.get_content_type() == "text/html":
            text, encoding = decode(_bytes_of(part), charset_of(part))
            return page(data, text, encoding, name, options)
    raise ReadError("the file holds no page")


def _parsed(data: bytes) -> Message:
    """The mail in `data`. Raises ReadError where its parts are nested hundreds deep."""
    try:
        return email.message_from_bytes(data)
    except RecursionError as error:
        raise ReadError("its parts are nested too deeply") from error


def _parts(message: Message, most: int) -> Iterator[Body | Message]:
    """The texts of a mail, each once, and the parts that are files; at most `most` parts."""
    stack = [(message, True)]
    looked_at = 0
    while stack:
        part, readable = stack.pop()
        looked_at += 1
        if looked_at > most:
            raise ReadError(f"it has more than {most:,} parts")
        kind = part.get_content_type()
        inner = _inside(part)
        if inner is None:
            if kind in _TEXTS and not _is_file(part):
                body = _body(part, kind) if readable else None
                if body:
                    yield body
            elif kind not in _PROOFS:
                yield part
        elif kind in ("message/rfc822", "message/global"):
            yield part
        elif kind == "multipart/alternative" and readable:
            chosen = _chosen(inner)
            stack += reversed([(one, one is chosen) for one in inner])
        elif kind.startswith("multipart/"):
            stack += reversed([(one, readable) for one in inner])
        elif readable:
            yield Body("\n\n".join(str(one) for one in inner))


def _inside(part: Message) -> list[Message] | None:
    """The parts of a part; None for one without."""
    inner = part.get_payload() if part.is_multipart() else None
    return [one for one in inner if isinstance(one, Message)] if inner is not None else None


def _is_file(part: Message) -> bool:
    return part.get_content_disposition() == "attachment" or bool(file_name(part))


def _chosen(alternatives: list[Message]) -> Message | None:
    """The version of a text to read: the plain one unless it is empty or a mere stub."""
    plain = html = None
    for one in alternatives:
        kinds = {part.get_content_type() for part in one.walk()}
        if one.get_content_type() == "text/plain":
            plain = plain or one
        elif "text/html" in kinds or (one.is_multipart() and "text/plain" in kinds):
            html = one
    if plain is None or html is None:
        return plain or html or (alternatives[-1] if alternatives else None)
    said = _body(plain, "text/plain")
    page = next((part for part in html.walk() if part.get_content_type() == "text/html"), None)
    rich = _body(page, "text/html") if page is not None else None
    if said is None or (rich and is_richer(rich.text, said.text)):
        return html
    return plain


def _body(part: Message, kind: str) -> Body | None:
    """The words of a part, None where there are none."""
    data = _bytes_of(part)
    with suppress(ReadError):
        text, encoding = decode(data, charset_of(part) or declared_encoding(data))
        return Body(text, encoding, _TEXTS[kind])
    return None


def _bytes_of(part: Message) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _attachment(part: Message, names: Names) -> Iterator[Member]:
    """A file in a mail; a picture in its text that can hold no page of words is passed over."""
    kind = part.get_content_type()
    if inner := _inside(part):
        yield Member(names.of(header(inner[0], "Subject"), kind), _as_bytes(inner[0]))
        return
    name, data = names.of(file_name(part), kind), _bytes_of(part)
    inline = part.get_content_disposition() == "inline" or "Content-ID" in part
    decoration = len(data) < _SMALL_PICTURE or not supported(Path(name))
    if not (inline and kind.startswith("image/") and decoration):
        yield Member(name, data)


def _as_bytes(message: Message) -> bytes | ReadError:
    """An attached mail as a file of its own."""
    try:
        return message.as_bytes()
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        return ReadError(f"the attached mail is broken: {type(error).__name__}")
