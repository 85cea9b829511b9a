"""Who answers: a language model or none, whether it fits, and one line to try it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from rag.desk import choosing
from rag.tomlfile import IN_PROCESS
from ui import spelling
from ui.parts import literal, show_error, watch
from ui.settings import fitting, holding

if TYPE_CHECKING:
    from rag.desk.trial import Trial
    from ui.settings.draft import Draft

_TRIAL = "set-trial"  # in the session's state
_OTHER = "other"  # no model is called so: their names have a colon
_TYPING = "set-typing"  # in the session's state: a model is being typed
_LOOK_EVERY = 0.5  # seconds, while a model is tried


def show(draft: Draft) -> None:
    """The part of the tab."""
    texts, settings = draft.texts, draft.settings
    st.subheader(texts["set_model_head"], anchor=False)
    folder = settings.models_folder
    if folder and not Path(folder).expanduser().is_dir():
        st.warning(literal(texts["set_no_folder"].format(folder)))
    _choose(draft)
    local = settings.model.startswith(IN_PROCESS)
    if not settings.model:
        st.caption(texts["set_no_model_why"])
        if not holding.of_task(draft, "model") and not holding.servers():
            st.info(texts["set_none_here"], icon=":material/info:")
    elif not local:
        st.caption(literal(texts["set_server_why"].format(settings.base_url or settings.model)))
        draft.control("base_url")
    if settings.model:
        draft.controls(("window", "quantize") if local else ("window",))
        fitting.show(draft)
    with st.container(horizontal=True, vertical_alignment="center"):
        holding.look_for_servers(draft)
        if settings.model:
            _try(draft)
    if settings.model:
        _tried(draft)
    holding.table(draft)


def _choose(draft: Draft) -> None:
    """The field for the model, and one to type another into."""
    texts, settings, state = draft.texts, draft.settings, st.session_state
    held, near = holding.of_task(draft, "model"), holding.servers()
    listed = dict.fromkeys(["", *held, *near, *filter(None, [settings.model])])
    options = [*listed, _OTHER]

    def said(spec: str) -> str:
        if spec in ("", _OTHER):
            return texts["set_other" if spec else "set_no_model"]
        if spec in held:
            return holding.label(held[spec], draft)
        return f"{near[spec].name} · {near[spec].server}" if spec in near else spec

    key, typed = draft.key("model"), draft.key("model") + "-typed"

    def take() -> None:
        spec = state[key]
        state[_TYPING] = spec == _OTHER
        if spec != _OTHER:
            draft.choose(**choosing.chosen_model(spec, near[spec].base_url if spec in near else ""))

    def take_typed() -> None:
        state[_TYPING] = False
        draft.choose(**choosing.chosen_model(state[typed].strip()))
        draft.renew()

    fixed = draft.fixed("model")
    st.selectbox(
        texts["set_model"],
        options,
        options.index(settings.model),
        format_func=said,
        key=key,
        on_change=take,
        filter_mode=None,
        disabled=fixed,
    )
    if state.get(_TYPING):
        st.text_input(texts["set_other_spec"], key=typed, on_change=take_typed)
        st.caption(texts["set_other_why"])
    if fixed:
        st.caption(draft.origin("model"))


def _try(draft: Draft) -> None:
    """The button that asks the chosen model for a line."""
    texts, visit = draft.texts, draft.visit
    tried = _trial(draft)
    if tried is not None and not tried.done:
        st.button(
            texts["set_try_stop"], key="set-try-stop", icon=":material/stop:", on_click=tried.stop
        )
        return

    def begin() -> None:
        question = texts["set_try_question"]
        trial = visit.desk.try_model(draft.settings, question, visit.person)
        st.session_state[_TRIAL] = (draft.settings.model, trial)

    label = texts["set_try_again" if tried else "set_try"]
    st.button(label, key="set-try", icon=":material/play_arrow:", on_click=begin)


def _trial(draft: Draft) -> Trial | None:
    """The last try, if it was of the model that is chosen."""
    found: tuple[str, Trial] | None = st.session_state.get(_TRIAL)
    return found[1] if found and found[0] == draft.settings.model else None


def _tried(draft: Draft) -> None:
    """What came of the try, looked at again and again while it goes on."""
    tried = _trial(draft)
    if tried is None:
        return
    if tried.done:
        _outcome(draft, tried)
        return

    def trying() -> None:
        texts = draft.texts
        if tried.state == "writing":
            st.caption(texts["set_try_writing"])
            st.text(tried.text)
        elif tried.ahead:
            st.caption(texts["set_try_ahead"].format(tried.ahead))
        else:
            st.caption(texts["set_try_loading"])

    watch("set-trying", _LOOK_EVERY, lambda: tried.done, trying)


def _outcome(draft: Draft, tried: Trial) -> None:
    texts = draft.texts
    if tried.error is not None:
        show_error(tried.error)
    elif tried.state == "stopped":
        st.caption(texts["set_try_stopped"])
    else:
        with st.container(border=True):
            st.text(tried.text.strip())
            numbers = [n for n in (tried.loading, tried.first, tried.rate) if n is not None]
            said = texts["set_try_said" if tried.rate else "set_try_fast"]
            st.caption(said.format(*(spelling.decimal(number, texts, 1) for number in numbers)))
