"""The page: drop files, ask, see where every sentence comes from. `streamlit run` starts it.

Everything shown comes from `rag.app.App`; the page keeps the conversation and nothing else.
"""

from __future__ import annotations

import html
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

import uploads
from answers import Turn, literal, selected_rows, show_error, show_turn
from rag import config
from rag.app import QUESTION_LIMIT, App
from rag.errors import LibraryMissing, RagError
from rag.types import Exchange
from texts import LANGUAGES, TEXTS, first_language

if TYPE_CHECKING:
    from collections.abc import Sequence

    from streamlit.delta_generator import DeltaGenerator

    from rag.config import Settings
    from rag.report import Progress
    from rag.store.catalogue import DocumentRow
    from texts import Texts

#: A file of our own: for an emoji or a Material icon the browser would ask a server elsewhere.
_ICON = Path(__file__).with_name("icon.svg")
_STYLE = """<style>
.stMainBlockContainer { padding-top: 3rem; max-width: 68rem; }
.sentence { line-height: 1.6; }
[class*="-chip-"] button { min-height: 0; padding: 0.1em 0.45em; color: #7a5200;
  background: #fff3c4; border-radius: 0.5em; }
[class*="-chip-"] button:hover { background: #ffe83c; color: #222; }
.doubt { color: #b26a00; font-size: 0.85em; }
.around { white-space: pre-wrap; overflow-wrap: anywhere; line-height: 1.5; font-size: 0.92em;
  border-left: 3px solid #ddb100; padding-left: 0.8em; }
.taken { overflow-wrap: anywhere; font-size: 0.88em; margin-bottom: 0.5em; padding-left: 0.7em;
  border-left: 3px solid #3c9a5f; }
.taken.skipped { border-color: #c0392b; }
.passage { overflow-wrap: anywhere; font-size: 0.88em; margin-bottom: 0.6em; padding-left: 0.8em;
  border-left: 3px solid #bbb; }
.passage b { font-weight: 600; opacity: 0.75; }
.around mark { background: #ffe83c; color: #222; padding: 0 0.1em; }
</style>"""


@st.cache_resource(show_spinner=False)
def open_app(settings: Settings) -> App:
    """One App for all visitors: a model is loaded once."""
    return App(settings)


def main() -> None:
    """One run of the page."""
    state = st.session_state
    if "language" not in state:
        state.language = first_language(st.context.locale)
    texts = TEXTS[state.language]
    st.set_page_config(texts["title"], _ICON, layout="wide", initial_sidebar_state="expanded")
    st.html(_STYLE)
    state.setdefault("turns", [])
    try:
        app = open_app(config.load({}).settings)
        _sidebar(app, texts)
        documents = _documents(app)
    except RagError as error:
        show_error(error)
        st.stop()
    st.header(texts["title"])
    names = [texts["chat"], texts["library"]]
    # the state of tabs is the name of one, so each language has its own
    chat, library = st.tabs(names, key=f"tab-{state.language}", on_change="rerun")
    if library.open:
        with library:
            _library(app, documents, texts)
    else:
        _chat(app, chat, documents, texts)


def _documents(app: App) -> list[DocumentRow]:
    try:
        return app.documents()
    except LibraryMissing:
        return []


# -- files


def _sidebar(app: App, texts: Texts) -> None:
    """The language, the field for files, and what became of those that were dropped."""
    state = st.session_state
    with st.sidebar:
        st.segmented_control(
            texts["language"],
            list(LANGUAGES),
            key="language",
            required=True,
            format_func=LANGUAGES.__getitem__,
            label_visibility="collapsed",
        )
        drops = state.setdefault("drops", 0)
        files = st.file_uploader(
            texts["drop"].format(st.get_option("server.maxUploadSize")),
            accept_multiple_files=True,
            key=f"drop-{drops}",
        )
        st.caption(texts["kinds"])
        if files:
            state.drops += 1  # an empty field for the next files
            state.taken = _take(app, [(f.name, f.getvalue()) for f in files], texts)
            st.rerun()
        taken = state.get("taken", [])
        if isinstance(taken, RagError):
            show_error(taken)
        elif taken:
            st.html("".join(_outcome(row, texts) for row in taken))


def _outcome(row: tuple[str, str, str], texts: Texts) -> str:
    """What became of a file, as HTML."""
    name, kind, reason = row
    said = html.escape(texts[kind].format(reason))
    return f'<div class="taken {kind}"><b>{html.escape(name)}</b><br>{said}</div>'


def _take(
    app: App, files: Sequence[tuple[str, bytes]], texts: Texts
) -> list[tuple[str, str, str]] | RagError:
    """Keep the files and bring them into the library; a row of name, outcome and reason each."""
    bar = st.progress(0.0)

    def show(progress: Progress) -> None:
        share = progress.done / max(progress.total, 1)
        step = texts["indexing" if progress.step == "index" else "reading"]
        bar.progress(share, step.format(progress.done, progress.total))

    try:
        folder = uploads.folder_of(app)
        paths = [uploads.save(folder, name, data) for name, data in files]
        report = app.ingest(list(dict.fromkeys(paths)), on_progress=show)
    except RagError as error:
        return error
    finally:
        bar.empty()
    uploads.discard_skipped(paths, report)
    return [(path.name, *uploads.outcome(path, report)) for path in paths]


# -- tabs


def _chat(app: App, tab: DeltaGenerator, documents: Sequence[DocumentRow], texts: Texts) -> None:
    """The conversation so far and the next question, whose field stays at the foot of the page."""
    turns: list[Turn] = st.session_state.turns
    with tab:
        if not documents:
            st.info(texts["empty"])
        elif not turns:
            st.caption(texts["ready"].format(len(documents)))
        for number, turn in enumerate(turns):
            show_turn(app, turn, number, texts)
        place = st.container()
        if turns and st.button(texts["forget"], type="tertiary", icon=":material/add_comment:"):
            turns.clear()
            st.rerun()
    question = st.chat_input(texts["ask"], max_chars=QUESTION_LIMIT, disabled=not documents)
    if question and question.strip():
        with place:
            turns.append(_asked(app, question, turns, texts))
        st.rerun()


def _asked(app: App, question: str, turns: Sequence[Turn], texts: Texts) -> Turn:
    """Put the question; a model's words appear as they come, before they are checked."""
    with st.chat_message("user"):
        st.text(question)
    with st.chat_message("assistant"), st.spinner(texts["looking"]):
        draft = st.empty()
        pieces: list[str] = []

        def show(piece: str) -> None:
            pieces.append(piece)
            draft.text("".join(pieces))

        try:
            return Turn(question, app.answer(question, past=_past(turns), on_text=show))
        except RagError as error:
            return Turn(question, error=error)


def _past(turns: Sequence[Turn]) -> list[Exchange]:
    """What was asked and answered before."""
    return [
        Exchange(turn.question, turn.answer.asked or turn.question, turn.answer.text)
        for turn in turns
        if turn.answer is not None
    ]


def _library(app: App, documents: Sequence[DocumentRow], texts: Texts) -> None:
    """The documents, and a way to take some of them out."""
    if not documents:
        st.info(texts["empty"])
        return
    rows = [_document_row(row, texts) for row in documents]
    ticked = selected_rows(
        st.dataframe(
            rows,
            key="documents",
            hide_index=True,
            placeholder="",
            on_select="rerun",
            selection_mode="multi-row",
        )
    )
    st.caption(texts["pick"])
    names = [documents[row].name for row in ticked if row < len(documents)]
    label = texts["remove"].format(len(names))
    if st.button(label, disabled=not names, icon=":material/delete:"):
        for name in names:
            uploads.remove(app, name)
        del st.session_state["documents"]
        st.toast(literal(texts["removed"].format(", ".join(names))))
        st.rerun()


def _document_row(row: DocumentRow, texts: Texts) -> dict[str, str | int | None]:
    return {
        texts["document"]: row.name,
        texts["name"]: row.title,
        texts["kind"]: row.kind,
        texts["date"]: row.date,
        texts["pages"]: row.pages or None,
        texts["chunks"]: row.chunks,
        texts["notes"]: "; ".join(row.notes),
    }


main()
