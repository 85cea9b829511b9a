"""Passages into a prompt, within an exact token budget, and the account of what it costs.

What goes in is decided by counting the very messages that would be sent, so a receipt is never an
estimate of a prompt: it is its bill. See `wording` for what is said, `packing` for what goes in,
`receipt` for the account.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from rag import fence
from rag.errors import DoesNotFit
from rag.prompt.counting import Meter, TokenCounter, most
from rag.prompt.packing import Packing
from rag.prompt.receipt import parts_of
from rag.prompt.wording import Frame, examples, introduction, label, numbered
from rag.types import LeftOut, Message, Passage, Prompt, Receipt

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.types import Found
    from rag.words import Language

__all__ = ["TokenCounter", "build_prompt", "introduction", "label", "numbered"]

#: History and worked examples may each take this share of what rules and question leave; at least
#: half is for evidence.
_SHARE = 4
#: Rules and question that take more than this share of the room are put briefly.
_CROWDED = 3
_BRIEFLY = "the instructions are put briefly, since the window is small"
_NO_EXAMPLES = "examples may take a quarter of the room"
_NO_ROOM = "they leave no room for the best passage"
_NO_HISTORY = "earlier questions may take a quarter of the room; the oldest go first"


def build_prompt(
    question: str,
    passages: Sequence[Passage],
    *,
    counter: TokenCounter,
    window: int,
    reserve: int,
    language: Language,
    history: Sequence[Message] = (),
    found: Sequence[Found] = (),
    instructed: bool = True,
    secret: bytes = b"",
    state: str = "",
) -> Prompt:
    """Put as many passages before a question as the window holds.

    Args:
        question: In the words of the asker.
        passages: Best first, and so they stand in the prompt.
        counter: Of the model that will be asked.
        window: Tokens the model can take in all.
        reserve: Tokens of the window kept for the answer.
        language: Of the instructions and of the refusal asked for.
        history: Earlier questions and answers, oldest first; the oldest go first when room is
            short.
        found: The sentences of the passages, best first. A passage that is cut keeps its best one
            and what stands around it; one of which none is named, its beginning.
        instructed: Whether the model follows instructions. One that only continues text is shown
            worked examples, as many as there is room for.
        secret: Of the library, for the code on the fences; see `rag.fence`.
        state: Of the library that all passages are of; "" for passages of anywhere.

    Returns:
        Messages whose count plus `reserve` is at most `window`; see `Packing.of` for which
        passages they hold.

    Raises:
        DoesNotFit: Instructions and question alone, or with a few words of evidence, are too long.
    """
    room = window - reserve
    meter = Meter(counter)
    if state:
        code = fence.code_of_state(secret, state)
    else:
        code = fence.code(secret, question, (passage.chunk.text for passage in passages))
    bare, briefly = _bare(Frame(question, language, code), meter, room)
    fixed = meter(bare.messages(()))
    if fixed > room:
        raise DoesNotFit(
            f"Instructions and question take {fixed} tokens; the window of {window} less "
            f"{reserve} for the answer leaves {room}",
            "Shorten the question, or use a model with a longer window",
        )
    share = (room - fixed) // _SHARE
    frame, older = _with_history(bare, history, meter, share)
    left_out = briefly + older
    if not instructed:
        frame, fewer = _with_examples(frame, meter, share)
        left_out += fewer
    packing = Packing.of(frame, passages, found, meter, room)
    if passages and not packing.picked and frame != bare:
        left_out = _all_left_out(frame, meter, left_out)
        frame = bare
        packing = Packing.of(frame, passages, found, meter, room)
    if passages and not packing.picked:
        raise DoesNotFit(
            f"Instructions and question take {fixed} of {room} tokens and leave too few for even "
            "the best passage",
            "Use a model with a longer window",
        )
    receipt = Receipt(
        parts=(parts := parts_of(frame, packing.chosen, meter)),
        total=sum(part.tokens for part in parts),
        window=window,
        reserve=reserve,
        tokenizer=counter.name,
        exact=counter.exact,
        left_out=(*left_out, *packing.missed()),
    )
    return Prompt(frame.messages(packing.chosen), packing.chosen, receipt)


def _bare(frame: Frame, meter: Meter, room: int) -> tuple[Frame, tuple[LeftOut, ...]]:
    """Rules and question alone, briefly where they would crowd out the evidence."""
    whole = meter(frame.messages(()))
    if whole * _CROWDED <= room:
        return frame, ()
    brief = replace(frame, brief=True)
    return brief, (LeftOut("system", whole - meter(brief.messages(())), _BRIEFLY),)


def _with_history(
    frame: Frame, history: Sequence[Message], meter: Meter, share: int
) -> tuple[Frame, tuple[LeftOut, ...]]:
    """The frame with the newest questions and their answers that fit the share."""
    starts = [place for place, message in enumerate(history) if message.role == "user"]
    if not starts:
        return frame, ()
    suffixes = [history[len(history) :], *(tuple(history[start:]) for start in reversed(starts))]
    before = meter(frame.messages(()))

    def cost(turns: int) -> int:
        return meter(replace(frame, history=tuple(suffixes[turns])).messages(())) - before

    whole = cost(len(starts))
    if whole <= share:
        return replace(frame, history=tuple(suffixes[-1])), ()
    sizes = [sum(len(message.content) for message in suffix) for suffix in suffixes]
    kept = most(sizes, cost, share, (0, whole))
    name = f"history, {len(starts) - kept} of {len(starts)}"
    dropped = LeftOut(name, whole - cost(kept), _NO_HISTORY)
    return replace(frame, history=tuple(suffixes[kept])), (dropped,)


def _with_examples(frame: Frame, meter: Meter, share: int) -> tuple[Frame, tuple[LeftOut, ...]]:
    """The frame with as many worked examples as fit the share."""
    before = meter(frame.messages(()))
    offered = examples(frame.language)
    left_out: list[LeftOut] = []
    for shown in range(offered, 0, -1):
        more = replace(frame, examples=shown)
        cost = meter(more.messages(())) - before
        if cost <= share:
            return more, tuple(left_out)
        left_out = [LeftOut(f"examples, {offered - shown + 1} of {offered}", cost, _NO_EXAMPLES)]
    return frame, tuple(left_out)


def _all_left_out(frame: Frame, meter: Meter, left_out: tuple[LeftOut, ...]) -> tuple[LeftOut, ...]:
    """The account of a frame whose history and examples give way to the evidence."""
    without = meter(replace(frame, examples=0, history=()).messages(()))
    cost = meter(frame.messages(())) - without
    row = LeftOut("history and examples", cost, _NO_ROOM)
    return (*left_out, row)
