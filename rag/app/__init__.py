"""The composition root: settings to wired objects. The faces call this and render what comes."""

from __future__ import annotations

from rag.app.asking import QUESTION_LIMIT, Asking, checked_question
from rag.app.checking import Checking
from rag.app.correcting import Correcting
from rag.app.moving import Moving

__all__ = ["QUESTION_LIMIT", "App", "checked_question"]


class App(Asking, Checking, Correcting, Moving):
    """A library with the settings it is used with, and all that can be asked of it."""
