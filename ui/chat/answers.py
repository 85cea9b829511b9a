"""An answer on the page: sentences with their citations, promises, a refusal, what was struck.

Words of documents and models go in as escaped HTML or as cells, never as Markdown: a document must
not be able to put a link, a picture or a formula on the page.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from rag.register import due_text, link_line, state_text
from rag.render import place
from rag.types import Citation
from rag.words import language_of
from ui import sources
from ui.parts import escaped, literal, selected_rows, show_error

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.errors import RagError
    from rag.types import Answer, Entry, Passage, Promise, Sentence
    from rag.words import Language
    from ui.texts import Texts
    from ui.visit import Visit

_SNIPPET = 240  # characters of a passage under a refusal
_WIDTHS = {"who": 115, "to_whom": 90, "what": 215, "when": 135, "where": 170}  # CSS pixels
_ROW_HEIGHT = 66  # CSS pixels, three lines; in rows of 56 Streamlit wraps no cell


@dataclass(frozen=True, slots=True)
class Turn:
    """One question of the conversation and what came of it."""

    question: str
    answer: Answer | None = None
    error: RagError | None = None


def show_turn(visit: Visit, turn: Turn, number: int) -> None:
    """A question and its answer; `number` keeps the widgets of turns apart."""
    with st.chat_message("user"):
        st.text(turn.question)
    with st.chat_message("assistant"):
        if turn.error is not None:
            show_error(turn.error)
        if turn.answer is not None:
            _Shown(visit, turn.answer, f"turn-{number}").show()


def promise_row(entry: Entry, language: Language, texts: Texts) -> dict[str, str]:
    """A promise as cells: who, to whom, what and how it stands, by when, where; with its links."""
    promise = entry.promise
    state = state_text(entry, language)
    where = [f"{entry.document}:{promise.line}", *(link_line(k, language) for k in entry.links)]
    return {
        texts["who"]: entry.who or "—",
        texts["to_whom"]: entry.to_whom or "",
        texts["what"]: f"{promise.what} ({state})" if state else promise.what,
        texts["when"]: due_text(promise.when) if promise.when else "",
        texts["where"]: "; ".join(where),
    }


@dataclass(frozen=True, slots=True)
class _Shown:
    """One answer being put on the page. `key` begins the keys of all its widgets."""

    visit: Visit
    answer: Answer
    key: str

    @property
    def texts(self) -> Texts:
        """The words of the page."""
        return self.visit.texts

    def show(self) -> None:
        answer = self.answer
        if answer.refusal:
            st.info(literal(answer.refusal))
            self._nearest(answer.passages)
            return
        if answer.promises:
            self._promises()
        rest = answer.sentences[len(answer.promises) :]  # a register's rows come first, in order
        numbers = _numbered(rest)
        for index, sentence in enumerate(rest):
            self._sentence(index, sentence, numbers)
        with st.container(gap="xsmall"):
            for citation, number in numbers.items():
                self._source(citation, number)
        if answer.struck:
            self._struck(answer.struck)
        for note in answer.notes:
            st.caption(note)

    def _sentence(self, index: int, sentence: Sentence, numbers: dict[Citation, int]) -> None:
        doubt = ""
        if sentence.verdict != "supported":
            why = f": {sentence.reason}" if sentence.reason else ""
            doubt = f' <span class="doubt">{escaped(self.texts["partly"] + why)}</span>'
        with st.container(horizontal=True, wrap=False, gap="xsmall"):
            before, marked, after = map(escaped, sentence.parts)
            strong = f"<strong>{marked}</strong>" if marked else ""
            st.html(f'<div class="sentence">{before}{strong}{after}{doubt}</div>')
            for number in dict.fromkeys(numbers[citation] for citation in sentence.citations):
                st.button(
                    literal(f"[{number}]"),
                    key=f"{self.key}-{index}-chip-{number}",
                    type="tertiary",
                    on_click=_toggle,
                    args=(self._source_key(number),),
                )

    def _source_key(self, number: int) -> str:
        return f"{self.key}-source-{number}"

    def _source(self, citation: Citation, number: int) -> None:
        label = literal(f"[{number}] {place(citation, self.texts)}")
        key = self._source_key(number)
        with st.expander(label, key=key, on_change="rerun") as expander:
            if expander.open:  # a page is drawn when somebody wants to see it
                sources.show(self.visit, citation)

    def _promises(self) -> None:
        promises, texts = self.answer.promises, self.texts
        st.caption(texts["promises"].format(len(promises)))
        language = language_of(" ".join(promise.what for _, promise in promises))
        rows = [promise_row(entry, language, texts) for entry in self.answer.entries]
        state = st.dataframe(
            rows,
            key=f"{self.key}-promises",
            hide_index=True,
            row_height=_ROW_HEIGHT,
            column_config={
                texts[name]: st.column_config.TextColumn(width=width)
                for name, width in _WIDTHS.items()
            },
            on_select="rerun",
            selection_mode="single-row",
        )
        for row in selected_rows(state):
            name, promise = promises[row]
            sources.show(self.visit, _citation(name, promise))

    def _nearest(self, passages: Sequence[Passage]) -> None:
        if passages:
            st.caption(self.texts["nearest"])
            st.html("".join(_nearest_passage(passage, self.texts) for passage in passages))

    def _struck(self, struck: Sequence[Sentence]) -> None:
        with st.expander(self.texts["struck"].format(len(struck)), type="compact"):
            for sentence in struck:
                reason = f" — {escaped(sentence.reason)}" if sentence.reason else ""
                st.html(f'<div class="sentence"><s>{escaped(sentence.text)}</s>{reason}</div>')


def _numbered(sentences: Sequence[Sentence]) -> dict[Citation, int]:
    """A number for every citation, from 1, in order of appearance."""
    citations = dict.fromkeys(c for sentence in sentences for c in sentence.citations)
    return {citation: number for number, citation in enumerate(citations, 1)}


def _citation(name: str, promise: Promise) -> Citation:
    return Citation(name, None, promise.line, promise.start, promise.end, promise.quote)


def _nearest_passage(passage: Passage, texts: Texts) -> str:
    """Where a passage stands and how it begins, as HTML."""
    page, chunk = passage.pages[0] if passage.pages else None, passage.chunk
    where = Citation(passage.document, page, passage.line, chunk.start, chunk.end, chunk.text)
    head, text = escaped(place(where, texts)), escaped(_shortened(chunk.text))
    return f'<div class="passage"><b>{head}</b><br>{text}</div>'


def _shortened(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _SNIPPET else text[:_SNIPPET].rsplit(" ", 1)[0] + " …"


def _toggle(key: str) -> None:
    """Open what is closed, close what is open."""
    st.session_state[key] = not st.session_state.get(key, False)
