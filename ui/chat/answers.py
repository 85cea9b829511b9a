"""An answer on the page: sentences with their citations, promises, a refusal, what was struck."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from rag.register import cited, link_line, state_text
from rag.types import Citation
from rag.words import language_of
from ui import sources, spelling
from ui.parts import escaped, literal, shortened
from ui.sources import place_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.types import Answer, Due, Entry, Passage, Sentence
    from rag.words import Language
    from ui.texts import Texts
    from ui.visit import Visit

_SNIPPET = 240  # characters of a passage under a refusal, of a quote in a hint
_SOURCES = 6  # written out below an answer; the drawer leads to all of them
_PROMISES = 10  # rows at first; the rest when asked for


def show_answer(visit: Visit, answer: Answer, key: str) -> None:
    """An answer with its sources; `key` begins the keys of all its widgets."""
    _Shown(visit, answer, key).show()


@dataclass(frozen=True, slots=True)
class _Shown:
    """One answer being put on the page."""

    visit: Visit
    answer: Answer
    key: str

    @property
    def texts(self) -> Texts:
        """The words of the page."""
        return self.visit.texts

    @property
    def _collection(self) -> str:
        return self.visit.app.settings.collection

    def show(self) -> None:
        answer = self.answer
        if answer.asked:
            said = self.texts["understood"].format(answer.asked)
            st.html(f'<div class="note">{escaped(said)}</div>')
        if answer.refusal:
            st.info(literal(answer.refusal), icon=":material/search_off:")
            self._nearest(answer.passages)
        else:
            self._said()
        if answer.struck:
            self._struck(answer.struck)
        for note in answer.notes:
            st.html(f'<div class="note">{escaped(note)}</div>')

    def _said(self) -> None:
        """Promises as a table, then the sentences, and below them their sources."""
        answer = self.answer
        if answer.struck and answer.by == "documents":
            st.html(f'<div class="instead">{escaped(self.texts["instead"])}</div>')
        if answer.promises:
            self._promises(answer.entries)
        rest = answer.sentences[len(answer.promises) :]  # a register's rows come first, in order
        sources_of = list(dict.fromkeys(c for sentence in rest for c in sentence.citations))
        if rest:
            verbatim = answer.by == "documents"
            with st.container(gap=None, key=f"{self.key}-said{'-verbatim' if verbatim else ''}"):
                for index, sentence in enumerate(rest):
                    self._sentence(index, sentence, sources_of)
        if sources_of:
            self._sources(sources_of)

    def _sentence(self, index: int, sentence: Sentence, places: Sequence[Citation]) -> None:
        """A sentence, and its chips right behind its last word."""
        doubt = ""
        if sentence.verdict not in ("supported", "unchecked"):
            why = f": {sentence.reason}" if sentence.reason else ""
            doubt = f' <span class="doubt">{escaped(self.texts["partly"] + why)}</span>'
        before, marked, after = map(escaped, sentence.parts)
        strong = f"<strong>{marked}</strong>" if marked else ""
        text = f'<span class="sentence">{before}{strong}{after}{doubt}</span>'
        with st.container(gap=None, key=f"{self.key}-sentence-{index}"):
            st.html(text)
            for place in dict.fromkeys(sentence.citations):
                self._chip(f"{index}-chip", place, places)

    def _chip(self, name: str, citation: Citation, places: Sequence[Citation]) -> None:
        """A small button with a number; who hears the page hears the place as well."""
        at = places.index(citation)
        where = place_text(citation, self.texts)
        st.button(
            f":gray[{self.texts['source']}] {at + 1}:gray[{literal(f': {where}')}]",  # see chat.css
            key=f"{self.key}-{name}-{at + 1}",
            type="tertiary",
            help=literal(f"{where}: «{shortened(citation.quote, _SNIPPET)}»"),
            on_click=sources.open_at,
            args=(places, at, self._collection),
        )

    def _sources(self, places: Sequence[Citation]) -> None:
        """The places of an answer, written out; those on one page together."""
        written: dict[str, list[int]] = {}
        for at, citation in enumerate(places):
            written.setdefault(place_text(citation, self.texts), []).append(at)
        with st.container(horizontal=True, gap="xsmall", key=f"{self.key}-places"):
            for where, ats in list(written.items())[:_SOURCES]:
                numbers = ", ".join(str(at + 1) for at in ats)
                self._source(f"{numbers} · {where}", places, ats[0])
            if len(written) > _SOURCES:
                first = list(written.values())[_SOURCES][0]
                more = self.texts["sources_more"].format(len(written) - _SOURCES)
                self._source(more, places, first)

    def _source(self, label: str, places: Sequence[Citation], at: int) -> None:
        st.button(
            literal(label),
            key=f"{self.key}-place-{at + 1}",
            type="tertiary",
            on_click=sources.open_at,
            args=(places, at, self._collection),
        )

    def _promises(self, entries: Sequence[Entry]) -> None:
        """Rows of the register; each opens the line on which it was said."""
        texts = self.texts
        language = language_of(" ".join(entry.promise.what for entry in entries))
        said = [cited(entry.document, entry.promise) for entry in entries]
        places = [place for place in said if place is not None]
        all_key = f"{self.key}-all-promises"
        shown = entries if st.session_state.get(all_key) else entries[:_PROMISES]
        st.caption(texts["promises"].format(len(entries)))
        with st.container(gap=None, key=f"{self.key}-promises"):
            heads = "".join(f"<b>{texts[name]}</b>" for name in ("who", "what", "when"))
            st.html(f'<div class="promise head" aria-hidden="true">{heads}</div>')
            for at, entry in enumerate(shown):
                with st.container(gap=None, key=f"{self.key}-promise-{at}"):
                    st.html(_promise_html(entry, language, texts))
                    if (place := said[at]) is not None:
                        self._said_in(at, place, places)
        if len(shown) < len(entries):
            st.button(
                texts["promises_all"].format(len(entries) - len(shown)),
                key=f"{self.key}-more-promises",
                on_click=_switch_on,
                args=(all_key,),
            )

    def _said_in(self, at: int, place: Citation, places: Sequence[Citation]) -> None:
        """A button that opens the line of a promise."""
        st.button(
            literal(place_text(place, self.texts)),
            key=f"{self.key}-said-{at}",
            type="tertiary",
            icon=":material/format_quote:",
            on_click=sources.open_at,
            args=(places, places.index(place), self._collection),
        )

    def _nearest(self, passages: Sequence[Passage]) -> None:
        """The passages under a refusal, each of which can be opened."""
        if not passages:
            return
        st.caption(self.texts["nearest"])
        places = [_place_of(passage) for passage in passages]
        for at, place in enumerate(places):
            with st.container(gap=None, key=f"{self.key}-nearest-{at}"):
                st.button(
                    literal(place_text(place, self.texts)),
                    key=f"{self.key}-passage-{at}",
                    type="tertiary",
                    icon=":material/description:",
                    on_click=sources.open_at,
                    args=(places, at, self._collection),
                )
                st.html(f'<div class="passage">{escaped(shortened(place.quote, _SNIPPET))}</div>')

    def _struck(self, struck: Sequence[Sentence]) -> None:
        with st.expander(self.texts["struck"].format(len(struck)), type="compact"):
            for sentence in struck:
                reason = f" — {escaped(sentence.reason)}" if sentence.reason else ""
                st.html(f'<div class="struck"><s>{escaped(sentence.text)}</s>{reason}</div>')


def _promise_html(entry: Entry, language: Language, texts: Texts) -> str:
    """A promise as cells: who and to whom, what and how it stands, by when; with its links."""
    promise = entry.promise
    who = entry.who or "—"
    to_whom = f" → {entry.to_whom}" if entry.to_whom else ""
    state = state_text(entry, language)
    cells = {
        "who": f"{who}{to_whom}",
        "what": f"{promise.what} ({state})" if state else promise.what,
        "when": _due(promise.when, texts) if promise.when else "—",
    }
    shown = "".join(
        f'<div class="{name}"><span class="unseen">{texts[name]}: </span>{escaped(text)}</div>'
        for name, text in cells.items()
    )
    links = "".join(f"<div>{escaped(link_line(link, language))}</div>" for link in entry.links)
    told = f'<div class="links">{links}</div>' if links else ""
    return f'<div class="promise">{shown}{told}</div>'


def _due(when: Due, texts: Texts) -> str:
    """A deadline: the days it means, then the words as said."""
    days = spelling.days(when, texts)
    if not days:
        return when.raw
    return f"{days} ({when.raw})" if when.raw not in (days, when.start) else days


def _place_of(passage: Passage) -> Citation:
    page, chunk = passage.pages[0] if passage.pages else None, passage.chunk
    return Citation(passage.document, page, passage.line, chunk.start, chunk.end, chunk.text)


def _switch_on(key: str) -> None:
    st.session_state[key] = True
