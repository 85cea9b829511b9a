"""What is shown, as files."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from rag.desk.deadlines import file_name, file_of
from rag.desk.meetings import as_corrected
from rag.exports import MIMES
from ui.parts import escaped

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from rag.app.correcting import Held
    from rag.desk.meetings import Making
    from rag.exports import Form
    from rag.types import Entry
    from ui.visit import Visit

_ICONS: dict[Form, str] = {
    "docx": ":material/description:",
    "md": ":material/notes:",
    "csv": ":material/table:",
    "ics": ":material/event:",
}


def show(
    visit: Visit,
    entries: Sequence[Entry],
    today: date,
    held: Held | None = None,
    making: Making | None = None,
) -> None:
    """A button for each form; a file is made when it is asked for."""
    texts = visit.texts
    waiting = making is not None and making.record is None
    with st.container(
        horizontal=True, gap="small", vertical_alignment="center", key="minutes-files"
    ):
        label = escaped(texts["minutes_download"])
        st.html(f'<span class="minutes-quiet">{label}:</span>', width="content")
        for form, icon in _ICONS.items():
            st.download_button(
                texts[f"minutes_file_{form}"],
                data=partial(_data, visit, entries, today, held, making, form),
                file_name=file_name(held.name if held else None, form, texts["minutes_register"]),
                mime=MIMES[form],
                icon=icon,
                key=f"minutes-file-{form}",
                help=texts["minutes_download_help"],
                on_click="ignore",
                disabled=waiting or (held is None and not entries),
            )


def _data(
    visit: Visit,
    entries: Sequence[Entry],
    today: date,
    held: Held | None,
    making: Making | None,
    form: Form,
) -> bytes:
    """The bytes of a file."""
    if held is not None and making is not None and making.record is not None:
        record = as_corrected(making.record, held)
        return file_of(entries, {held.name: record}, form, today, alone=record)
    return file_of(entries, visit.app.meetings(entries), form, today)
