"""The log: one line for each event, in JSON for programs or in words for eyes.

What stands in it tells of requests and never of what they hold. The service's own events are made
of fields that it knows; of any other message the words of the program stay and what was put into
them, such as the name of a document or the answer of a server, is left out; of an exception its
kind and where it was raised. `texts` has all of it written.
"""

from __future__ import annotations

import json
import logging
import sys
import threading
import traceback
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal, TextIO

from rag.service import ids
from rag.shown import escaped

if TYPE_CHECKING:
    from types import TracebackType

Form = Literal["auto", "json", "text"]
#: Loggers whose messages are whole sentences of their programs, with nothing put into them.
_KNOWN = ("rag", "uvicorn")
_LEFT_OUT = "…"
#: Innermost places that an exception is told by.
_FRAMES = 12

log = logging.getLogger("rag.service")


def tell(event: str, level: int = logging.INFO, **fields: Any) -> None:
    """Log an event with its fields, which hold no text of a question, a document or a key.

    Of a `cause`, an exception, its kind is told, and where it was raised.
    """
    cause = fields.pop("cause", None)
    log.log(level, event, extra={"fields": fields}, exc_info=cause)


def set_up(
    form: Form = "auto",
    level: str = "info",
    *,
    texts: bool = False,
    stream: TextIO | None = None,
) -> None:
    """Send whatever is logged in this process to one stream, by default standard error.

    `form` "auto" is for eyes on a terminal and JSON elsewhere.
    """
    stream = stream or sys.stderr
    words = stream.isatty() if form == "auto" else form == "text"
    handler = logging.StreamHandler(stream)
    handler.setFormatter(_Words(texts=texts) if words else _Json(texts=texts))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    log.setLevel(level.upper())
    logging.captureWarnings(True)
    threading.excepthook = _thread_failed
    sys.excepthook = _failed


class _Formatter(logging.Formatter):
    """What both forms have in common: which fields an event has."""

    def __init__(self, *, texts: bool) -> None:
        super().__init__()
        self._texts = texts

    def fields(self, record: logging.LogRecord) -> dict[str, Any]:
        """An event as JSON values."""
        found: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
        }
        known: dict[str, Any] | None = getattr(record, "fields", None)
        if known is None:
            found |= {"event": "log", "logger": record.name, "message": self._message(record)}
        else:
            found["event"] = record.msg
        if request := ids.current():
            found["request"] = request
        found |= known or {}
        if record.exc_info and record.exc_info[1] is not None:
            found["error"] = self._error(record.exc_info[1])
        return found

    def _message(self, record: logging.LogRecord) -> str:
        if self._texts:
            return record.getMessage()
        if not record.args and record.name.split(".")[0] not in _KNOWN:
            return _LEFT_OUT  # it may have been put together of anything
        return _without_texts(record)

    def _error(self, error: BaseException) -> dict[str, Any]:
        places = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
        told: dict[str, Any] = {
            "type": type(error).__name__,
            "places": [f"{place.filename}:{place.lineno} {place.name}" for place in places],
        }
        cause = error.__cause__ or error.__context__
        if cause is not None:
            told["cause"] = type(cause).__name__
        if self._texts:
            told["message"] = str(error)
        return told


class _Json(_Formatter):
    def format(self, record: logging.LogRecord) -> str:
        """The event on one line of JSON, whatever characters are in it."""
        fields = {**self.fields(record), "pid": record.process}
        return escaped(json.dumps(fields, ensure_ascii=False, default=str))


class _Words(_Formatter):
    def format(self, record: logging.LogRecord) -> str:
        """The event on one line: time, level, event, and the fields as name=value."""
        fields = self.fields(record)
        first = (fields.pop("time")[11:23], f"{fields.pop('level'):7}", fields.pop("event"))
        rest = (f"{name}={_word(value)}" for name, value in fields.items())
        return escaped(" ".join((*first, *rest)))


def _word(value: Any) -> str:
    """A value as it stands in a line: in quotes where it could be taken for more than one word."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    plain = bool(text) and text.isprintable() and not any(char in text for char in ' "=')
    return text if plain else json.dumps(text, ensure_ascii=False)


def _without_texts(record: logging.LogRecord) -> str:
    """A message with its numbers, and without the texts that were put into it."""
    given = record.args
    if isinstance(given, dict):
        return str(record.msg)
    values = given if isinstance(given, tuple) else ()
    kept = tuple(v if isinstance(v, (int, float)) else _LEFT_OUT for v in values)
    try:
        return str(record.msg) % kept if kept else str(record.msg)
    except (TypeError, ValueError):
        return str(record.msg)


def _thread_failed(args: threading.ExceptHookArgs) -> None:
    """A thread that ends with an exception is told as any other, not printed with its texts."""
    if args.exc_value is not None:
        tell("thread-failed", logging.ERROR, cause=args.exc_value)


def _failed(_: type[BaseException], error: BaseException, __: TracebackType | None) -> None:
    tell("failed", logging.CRITICAL, cause=error)
