"""Telegram exports: one chat, or all the chats of an account, a document each."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from rag.errors import ReadError
from rag.readers import Member
from rag.readers.encoding import decode
from rag.readers.mail.text import Names
from rag.readers.options import DEFAULT, Options
from rag.readers.text.captions import Piece, meeting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rag.types import Document

#: where an export of an account keeps its chats
_LISTS = ("chats", "left_chats")
_MAX_TITLE = 200


def members_telegram(data: bytes, name: str, _: Options = DEFAULT) -> Iterator[Member]:
    """The chats of an export (result.json); lines are the ids of the messages.

    Service messages are left out, forwarded ones have no speaker. A single chat is the file's own
    document. Raises ReadError where the JSON is no such export or nothing was said in it.
    """
    export, encoding = _loaded(data, name)
    digest = hashlib.sha256(data).hexdigest()
    if "messages" in export:
        yield Member("", _chat(export, digest, PurePath(name).stem, name, encoding))
        return
    chats = _chats(export)
    if not chats:
        raise ReadError(f"{name} is not a Telegram export: it has no list of messages")
    names = Names()
    for number, chat in enumerate(chats, start=1):
        title = str(chat.get("name") or f"chat {chat.get('id') or number}")
        identity = hashlib.sha256(f"{digest} {number}".encode()).hexdigest()
        try:
            document: Document | ReadError = _chat(chat, identity, title, name, encoding)
        except ReadError as error:
            document = error
        yield Member(names.of(title), document)


def _loaded(data: bytes, name: str) -> tuple[dict[str, Any], str]:
    """The object that the file holds, and the encoding it is in."""
    text, encoding = decode(data)
    try:
        export = json.loads(text)
    except ValueError as error:
        raise ReadError(f"{name} is not valid JSON") from error
    except RecursionError as error:
        raise ReadError(f"{name} is nested too deeply") from error
    return (export if isinstance(export, dict) else {}), encoding


def _chats(export: dict[str, Any]) -> list[dict[str, Any]]:
    """The chats of an account that hold messages."""
    holders = (export.get(key) for key in _LISTS)
    lists = (holder.get("list") for holder in holders if isinstance(holder, dict))
    every = (chat for one in lists if isinstance(one, list) for chat in one)
    return [chat for chat in every if isinstance(chat, dict) and chat.get("messages")]


def _chat(chat: dict[str, Any], identity: str, title: str, name: str, encoding: str) -> Document:
    """The document of one chat. Raises ReadError where it has no messages with words."""
    messages = chat.get("messages")
    if not isinstance(messages, list) or not all(isinstance(one, dict) for one in messages):
        raise ReadError(f"{name} is not a Telegram export: it has no list of messages")
    pieces = [piece for message in messages if (piece := _piece(message))]
    if not pieces:
        raise ReadError("the chat holds no messages with words")
    pieces.sort(key=lambda piece: piece.rows[0][0])
    stamps = (str(message.get("date", ""))[:10] for message in messages)
    day = next(filter(_is_day, stamps), None)
    return meeting(identity, str(chat.get("name") or title)[:_MAX_TITLE], pieces, day, encoding)


def _piece(message: dict[str, Any]) -> Piece | None:
    """A message as a piece; None for service messages and empty ones."""
    words = _flat(message.get("text") or message.get("text_entities", "")).strip()
    number = message.get("id")
    if message.get("type") != "message" or not words:
        return None
    if not isinstance(number, int) or number < 1:
        return None
    sender = str(message["from"]) if message.get("from") else None
    written = str(message.get("date", ""))
    stamp = written[11:16] or None
    day = written[:10] if _is_day(written[:10]) else None
    rows = ((number, words),)
    if "forwarded_from" in message:  # null where the account it came from is gone
        origin = " ← ".join(str(name or "?") for name in (sender, message["forwarded_from"]))
        return Piece(None, stamp, rows, label=origin, day=day)
    return Piece(sender, stamp, rows, day=day)


def _is_day(stamp: str) -> bool:
    """Whether a stamp is a day that a calendar has, ISO."""
    try:
        return date.fromisoformat(stamp).isoformat() == stamp
    except ValueError:
        return False


def _flat(text: Any) -> str:
    """Telegram text: a string, or a list of strings and {"type", "text"} objects."""
    if isinstance(text, str):
        return text
    if not isinstance(text, list):
        return ""
    return "".join(
        part if isinstance(part, str) else str(part.get("text", ""))
        for part in text
        if isinstance(part, str | dict)
    )
