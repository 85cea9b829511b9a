"""The field for files, and what became of those that were dropped."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

import streamlit as st

from rag.desk import uploads
from rag.errors import RagError
from ui.parts import show_error

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.app import App
    from rag.report import Progress
    from ui.texts import Texts
    from ui.visit import Visit


def show(visit: Visit) -> None:
    """The field, and a row for every file that was dropped last."""
    state, texts = st.session_state, visit.texts
    drops = state.setdefault("drops", 0)
    files = st.file_uploader(
        texts["drop"].format(st.get_option("server.maxUploadSize")),
        accept_multiple_files=True,
        key=f"drop-{drops}",
    )
    st.caption(texts["kinds"])
    if files:
        state.drops += 1  # an empty field for the next files
        state.taken = _take(visit.app, [(f.name, f.getvalue()) for f in files], texts)
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

    def show_progress(progress: Progress) -> None:
        share = progress.done / max(progress.total, 1)
        step = texts["indexing" if progress.step == "index" else "reading"]
        bar.progress(share, step.format(progress.done, progress.total))

    try:
        folder = uploads.folder_of(app)
        paths = [uploads.save(folder, name, data) for name, data in files]
        report = app.ingest(list(dict.fromkeys(paths)), on_progress=show_progress)
    except RagError as error:
        return error
    finally:
        bar.empty()
    uploads.discard_skipped(paths, report)
    return [(path.name, *uploads.outcome(path, report)) for path in paths]
