"""What one clause says about promises, before the dialogue decides what becomes of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from rag.minutes.dates import Found
    from rag.types import Act, Force

#: promise: stands by itself; offer: wants acceptance; request: wants an answer; answer: counts
#: only where it answers something («гляну», «будет в пятницу»)
Kind = Literal["promise", "offer", "request", "answer"]
#: stands for the speaker of the turn, for those addressed, and for the group
SPEAKER = "\0speaker"
ADDRESSEE = "\0addressee"
GROUP = "\0group"
EVERYBODY = "\0everybody"


@dataclass(frozen=True, slots=True)
class Finding:
    """One commitment, offer or request in a clause, by offsets into the document.

    `what` is `text[what_start:what_end]`, `at` the offset of the word that gave it away. `who` and
    `to_whom` are names or the marks above. `bare` is a verb without object («сделаю»): its `what`
    must come from what was asked. `named` tells that a request calls somebody by name. `others`
    share the act with `who`, each with a record of their own. `open_call` asks who will do it, or
    says that it must be done. `eager` is an offer that silence accepts («давайте я»). `thing` False
    names no object of its own («в пятницу занесу»).
    """

    kind: Kind
    turn: int
    at: int
    what_start: int
    what_end: int
    sentence_start: int
    sentence_end: int
    who: str | None
    to_whom: str | None = None
    verb: str = ""
    act: Act = "self"
    force: Force = "firm"
    due: Found | None = None
    condition: tuple[int, int] | None = None
    bare: bool = False
    named: bool = False
    imperative: bool = False
    anaphoric: bool = False
    others: tuple[str, ...] = ()
    open_call: bool = False
    eager: bool = False
    thing: bool = True
