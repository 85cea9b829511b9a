"""Errors in the words of a model that called a tool: what happened, and which tool helps."""

from __future__ import annotations

import logging
import re
import traceback
from typing import TYPE_CHECKING, Final

from rag.errors import (
    DoesNotFit,
    LibraryBusy,
    LibraryCorrupt,
    LibraryError,
    LibraryMismatch,
    LibraryMissing,
    ModelError,
    RagError,
    ReadError,
    StorageError,
)

if TYPE_CHECKING:
    from pydantic import ValidationError

#: What happened, "" where the error says it better, and what to do about it. The first that an
#: error is an instance of counts. Errors of the library name its folder, which is nobody's concern.
_TOLD: Final[tuple[tuple[type[RagError], str, str], ...]] = (
    (
        LibraryMissing,
        "There are no documents here yet",
        "Ask the person to add some; they type: rag ingest FOLDER",
    ),
    (
        LibraryMismatch,
        "The library was made by another embedder, or another version of rag",
        "Ask the person to see to it; they type: rag doctor",
    ),
    (
        LibraryCorrupt,
        "The library is damaged",
        "Ask the person to see to it; they type: rag doctor",
    ),
    (LibraryBusy, "Something is being done to the library", "Try again in a moment."),
    (LibraryError, "The library cannot be opened", "Ask the person to see to it: rag doctor"),
    (
        DoesNotFit,
        "",
        "Ask something shorter, or read for yourself: search and read_passage need no model.",
    ),
    (ModelError, "", "Read for yourself: search and read_passage need no model."),
    (StorageError, "The disk of the library is full or cannot be written", "Tell the person."),
    (ReadError, "", "Give the text in another form."),
)
#: What hints for a command line become here.
_HINTS: Final = (
    ("rag list", "See what there is: call list_documents."),
    ("one meeting alone", 'Give the full name, or one meeting alone: "documents".'),
    ("--me", 'Give the name of the person instead of "me".'),
    ("Set your name", "Give the name of the person in the question."),
    ("rag ask", "Ask something."),
    ("iconv", "Send it in UTF-8."),
    ("add it: rag ingest", "Ask about it in fewer words."),
)
log = logging.getLogger(__name__)

_TYPED = re.compile(r"\brag [a-z]+\b|(?:^|\s)-{1,2}[a-z]")
_SHOWN = 5  # arguments that an error names


def told(error: RagError) -> tuple[str, str]:
    """What happened and what to do next, for whoever called a tool."""
    for kind, message, hint in _TOLD:
        if isinstance(error, kind):
            return message or error.message, hint
    return error.message, _hint(error.hint)


def _hint(given: str) -> str:
    for part, here in _HINTS:
        if part in given:
            return here
    return f"For the person at the computer: {given}" if _TYPED.search(given) else given


def text_of(error: RagError) -> str:
    """An error as the text of a result."""
    message, hint = told(error)
    return f"{message}. {hint}".strip() if hint else f"{message}."


def note(error: Exception) -> None:
    """Log a mistake of this program by where it was made: its words may hold those of texts."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else "?"
    log.error("a call failed: %s at %s", type(error).__name__, place)


def wrong_arguments(error: ValidationError) -> str:
    """What is wrong with arguments, without what was given for them."""
    faults = [
        f"{'.'.join(map(str, each['loc'])) or 'arguments'}: {each['msg']}"
        for each in error.errors(include_url=False, include_context=False, include_input=False)
    ]
    more = f"; and {len(faults) - _SHOWN} more" if faults[_SHOWN:] else ""
    return f"The arguments do not fit. {'; '.join(faults[:_SHOWN])}{more}."
