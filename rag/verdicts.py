"""Verdicts as text for a person: of a text that was checked, of an answer that was proved."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from rag.render import one_line, place, print_line, words_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rag.prove import Proof, State
    from rag.types import Sentence, Verdict
    from rag.words import Language

#: What stands before a sentence, by its verdict.
SIGNS: dict[Verdict, str] = {
    "supported": "✓",
    "partly": "~",
    "unsupported": "✗",
    "contradicted": "≠",
    "unchecked": "·",
}
_STATES: dict[State, str] = {
    "holds": "✓",
    "moved": "~",
    "gone": "✗",
    "missing": "✗",
    "unknown": "✗",
}
_QUOTE = 200  # characters of a quotation in a listing
_NAMES = {
    "ru": {
        "supported": "подтверждено",
        "partly": "подтверждено отчасти",
        "unsupported": "не подтверждено",
        "contradicted": "в документах иначе",
        "unchecked": "проверять нечего",
        "holds": "на месте",
        "moved": "стоит в файле",
        "gone": "в файле этого нет",
        "missing": "не найти",
        "unknown": "не найти документа",
        "nothing": "В ответе нет ни одной цитаты.",
        "empty": "В тексте нет предложений.",
    },
    "en": {
        "supported": "supported",
        "partly": "supported in part",
        "unsupported": "not supported",
        "contradicted": "the documents say otherwise",
        "unchecked": "nothing to check",
        "holds": "in place",
        "moved": "still in the file",
        "gone": "not in the file",
        "missing": "not to be found",
        "unknown": "document not to be found",
        "nothing": "The answer cites nothing.",
        "empty": "There are no sentences in the text.",
    },
}


def show_verified(sentences: Sequence[Sentence], language: Language) -> None:
    """Every sentence with its sign, why, and where its source stands; the counts at the end."""
    names = _NAMES[language]
    if not sentences:
        print_line(names["empty"])
        return
    for sentence in sentences:
        print_line(f"{SIGNS[sentence.verdict]} {one_line(sentence.text)}")
        if sentence.verdict != "supported":
            why = f": {sentence.reason}" if sentence.reason else ""
            print_line(f"    {names[sentence.verdict]}{why}")
        for citation in sentence.citations:
            where = place(citation, words_of(language))
            print_line(f"    {where}: «{_shortened(citation.quote)}»")
    print_line(f"\n{_counts(Counter(each.verdict for each in sentences), SIGNS, names)}")


def show_proofs(proofs: Sequence[Proof], language: Language) -> None:
    """Every quote with its sign, where it stands now, and what is amiss; the counts at the end."""
    names = _NAMES[language]
    if not proofs:
        print_line(names["nothing"])
        return
    for proof in proofs:
        where = place(proof.now or proof.citation, words_of(language))
        print_line(f"{_STATES[proof.state]} {where}: «{_shortened(proof.citation.quote)}»")
        if proof.state != "holds":
            print_line(f"    {names[proof.state]}: {proof.note}")
    print_line(f"\n{_counts(Counter(proof.state for proof in proofs), _STATES, names)}")


def _counts(counts: Counter[str], order: Iterable[str], names: dict[str, str]) -> str:
    return ", ".join(f"{names[each]}: {counts[each]}" for each in order if counts[each])


def _shortened(text: str) -> str:
    text = one_line(text)
    return text if len(text) <= _QUOTE else text[:_QUOTE].rsplit(" ", 1)[0] + " …"
