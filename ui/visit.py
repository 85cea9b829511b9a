"""What every part of the page is given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.errors import LibraryMissing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.app import App
    from rag.desk import Desk
    from rag.store.rows import DocumentRow
    from rag.words import Language
    from ui.texts import Texts


@dataclass(frozen=True, slots=True)
class Visit:
    """A person at the page: the desk they all share, the collection chosen, and the language.

    `person` tells the visitors of a desk apart; it says nothing about who they are.
    """

    desk: Desk
    app: App
    person: str
    language: Language
    texts: Texts

    def documents(self) -> Sequence[DocumentRow]:
        """What is in the collection; nothing where there is no library yet."""
        try:
            return self.app.documents()
        except LibraryMissing:
            return ()
