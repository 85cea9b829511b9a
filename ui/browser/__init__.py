"""The few things that only the browser can do, as components of our own.

They get data and put it in as text, never as markup. Where a browser does not run them, the page
lacks a button and is otherwise whole.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st
from streamlit.components.v2.get_bidi_component_manager import get_bidi_component_manager
from streamlit.components.v2.manifest_scanner import ComponentConfig, ComponentManifest
from streamlit.runtime import Runtime

from ui.browser.words import EVERYWHERE, RUSSIAN

if TYPE_CHECKING:
    from rag.words import Language

_HERE = Path(__file__).parent
_PACKAGE, _SCRIPTS = "rag", "scripts"
_COPY = """<button type="button" class="copy"><span data-label></span></button>
<span class="unseen" role="status"></span>"""


def _component(name: str, html: str = "") -> Any:
    """A component whose script is `scripts/<name>.js`.

    A page is served that script from its own address, so that its policy need not let scripts in
    that were made up on the way. A test, which has no server, gets it as a text.
    """
    script = f"{name}.js"
    if Runtime.exists():
        manifest = ComponentManifest(_PACKAGE, "1", [ComponentConfig(name, _SCRIPTS)])
        get_bidi_component_manager().register_from_manifest(manifest, _HERE)
    else:
        script = (_HERE / _SCRIPTS / script).read_text(encoding="utf-8")
    full_name = f"{_PACKAGE}.{name}"
    return st.components.v2.component(full_name, html=html, js=script, isolate_styles=False)


_copy = _component("copy", _COPY)
_look = _component("look")
_scroll = _component("scroll")
_speak = _component("speak")


def copy_button(text: str, label: str, done: str, key: str) -> None:
    """A button that puts a text on the clipboard, and says for a moment that it did."""
    data = {"text": text, "label": label, "done": done}
    _copy(data=data, key=key, width="content", height="content")


def scroll_here(mark: str) -> None:
    """Bring this place into view, once for each mark."""
    _scroll(data={"mark": mark}, key="scroll-here", height="content")


def look_at(share: float, key: str) -> None:
    """Scroll the picture below to a share of its height, from 0 for its top to 1."""
    _look(data={"share": share}, key=key, height="content")


def speak(language: Language) -> None:
    """Tell the browser the language of the page, and put Streamlit's own words into it."""
    own = RUSSIAN if language == "ru" else EVERYWHERE
    words = [list(pair) for pair in own.items()]
    _speak(data={"language": language, "words": words}, key="speak", height="content")
