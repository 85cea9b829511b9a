"""A model reads a meeting beside the rules, and code decides what of its words stands.

    reading = scribe.read(document, minutes, model, replies=…, watch=…)
    reading.minutes        what the rules found, all of it, and what else could be confirmed
    reading.doubts         fields that the model reads otherwise, by promise («проверьте»)
    reading.suggestions    what the model alone has seen; no part of the minutes
    reading.account        windows, calls and tokens; what was dropped and why; what was not read

The model is given windows of numbered lines (`lines`, `asking`) and returns JSON (`claims`); every
line, word, name and day of it is held against the document (`quotes`, `meeting`, `checking`); what
stands is merged with what the rules have (`signals`, `merging`, `extras`). `library` keeps what the
model has replied. See docs/minutes-model.md.
"""

from __future__ import annotations

from rag.scribe.nouns import Account, Doubt, Dropped, Reading, Suggestions
from rag.scribe.reading import read

__all__ = ["Account", "Doubt", "Dropped", "Reading", "Suggestions", "read"]
