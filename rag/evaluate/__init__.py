"""Question sets to measures: how well a library answers questions whose answers are known.

A set is a file of questions and the documents they are asked of (`items`). `asking` puts them to a
library, `measures` makes figures of what came, `runs` keeps them, `compare` holds two runs against
each other, `rows`, `failures` and `plot` show what was found.
"""

from __future__ import annotations

from rag.evaluate.asking import Outcome, Trial
from rag.evaluate.items import (
    NAMES,
    QUESTIONS,
    Gold,
    Half,
    Item,
    chosen,
    documents_folder,
    find,
    load,
    of_values,
)
from rag.evaluate.measures import auroc, groups, measures
from rag.evaluate.settle import collection, keep_up, prepare

__all__ = [
    "NAMES",
    "QUESTIONS",
    "Gold",
    "Half",
    "Item",
    "Outcome",
    "Trial",
    "auroc",
    "chosen",
    "collection",
    "documents_folder",
    "find",
    "groups",
    "keep_up",
    "load",
    "measures",
    "of_values",
    "prepare",
]
