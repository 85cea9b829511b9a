"""What becomes of a mistake in the page: our words for the person, its place for the log.

The message of an exception may quote a document, so neither of them gets it.
"""

from __future__ import annotations

import logging
import traceback
from typing import TYPE_CHECKING

import streamlit as st

from rag.errors import RagError
from ui.parts import show_error
from ui.texts import TEXTS, first_language

if TYPE_CHECKING:
    from types import TracebackType

#: Where Streamlit logs what a page raises, before it asks anyone.
_STREAMLIT = "streamlit.error_util"


def on_script_error(error: Exception) -> bool:
    """Say on the page that something went wrong; Streamlit shows nothing of its own then."""
    if isinstance(error, RagError):
        show_error(error)
        return True
    language = st.session_state.get("language") or first_language(st.context.locale)
    texts = TEXTS[language]
    st.error(texts["broken_hint"], title=texts["broken"])
    return True


def hide_messages() -> None:
    """Keep the messages of exceptions out of Streamlit's log; kinds and places stay."""
    logger = logging.getLogger(_STREAMLIT)
    if not any(isinstance(each, _Places) for each in logger.filters):
        logger.addFilter(_Places())


class _Places(logging.Filter):
    """Replaces an exception by its kind and the places it came through."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Every record passes."""
        if record.exc_info and record.exc_info[1] is not None:
            record.exc_text = places(record.exc_info[1])
            record.exc_info = None
        return True


def places(error: BaseException) -> str:
    """A traceback without the messages of the exceptions in it."""
    parts = [_frames(error.__traceback__), type(error).__qualname__]
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "\n".join(parts) if cause is None else "\n".join((places(cause), "then", *parts))


def _frames(found: TracebackType | None) -> str:
    return "".join(traceback.format_tb(found)).rstrip()
