"""Choices that a person has made and not saved yet; they outlive a look into another tab."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import streamlit as st

from rag.desk import choosing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.config import Configured, Settings
    from ui.texts import Texts
    from ui.visit import Visit

_CHOICES, _ROUND = "set-choices", "set-round"  # in the session's state
_STEPS = {"temperature": 0.1, "top_p": 0.05, "repetition_penalty": 0.05}
_STEP = 1
_BESIDE = 2  # controls in a row


@dataclass(frozen=True, slots=True)
class Draft:
    """The settings that count, and what a person would rather have."""

    visit: Visit
    configured: Configured

    @property
    def texts(self) -> Texts:
        """The words of the page."""
        return self.visit.texts

    @property
    def choices(self) -> dict[str, Any]:
        """What was chosen; None is the default."""
        found: dict[str, Any] = st.session_state.setdefault(_CHOICES, {})
        return found

    @property
    def changes(self) -> dict[str, Any]:
        """Those of the choices that would change something."""
        return choosing.changing(self.configured, self.choices)

    @property
    def settings(self) -> Settings:
        """The settings as they would be."""
        return choosing.effective(self.configured, self.choices)

    def key(self, name: str) -> str:
        """The key of a control: another one where it has to begin anew, with what counts then."""
        begun = st.session_state.get(_ROUND, 0)
        return f"set-{name}-{begun}-{getattr(self.configured.settings, name)}"

    def choose(self, **values: Any) -> None:
        """Choose something else."""
        self.choices.update(values)

    def take(self, name: str) -> None:
        """Choose what stands in the control of a setting."""
        self.choices[name] = st.session_state[self.key(name)]

    def renew(self) -> None:
        """Have all controls show what is chosen, or what counts."""
        st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1

    def discard(self) -> None:
        """Forget all choices."""
        self.choices.clear()
        self.renew()

    def reset(self, *names: str) -> None:
        """Choose the defaults."""
        self.choices.update(dict.fromkeys(names))
        self.renew()

    def fixed(self, name: str) -> bool:
        """Whether something counts before the file: it cannot be chosen then."""
        return choosing.fixed(self.configured, name)

    def origin(self, name: str) -> str:
        """Where its value comes from, in words."""
        where = choosing.origin(self.configured, name)
        return self.texts[f"set_origin_{where}"].format(self.configured.origins[name])

    def controls(self, names: Sequence[str]) -> None:
        """The controls of several settings, in pairs beside each other."""
        for first in range(0, len(names), _BESIDE):
            for column, name in zip(st.columns(_BESIDE), names[first:], strict=False):
                with column:
                    self.control(name)

    def control(self, name: str) -> None:
        """The control of one setting, what it does, and where its value comes from."""
        label, value = self.texts[f"set_{name}"], getattr(self.settings, name)
        told: dict[str, Any] = {
            "key": self.key(name),
            "on_change": lambda: self.take(name),
            "disabled": self.fixed(name),
        }
        kind = choosing.kind(name)
        if kind == "switch":
            st.toggle(label, value, **told)
        elif kind == "choice":
            options = choosing.words(name)
            told |= {"format_func": self._word, "filter_mode": None}
            st.selectbox(label, options, options.index(value), **told)
        elif kind == "text":
            st.text_input(label, value, **told)
        else:
            low, high = choosing.bounds(name)
            step = _STEPS.get(name, _STEP) if kind == "number" else _STEP
            st.number_input(label, low, high, value, step=step, **told)
        self.about(name)

    def about(self, name: str) -> None:
        """What a setting does, its name in rag.toml, where it comes from; a way back."""
        where = choosing.origin(self.configured, name)
        with st.container(key=f"set-about-{name}"):
            st.caption(f"{self.texts[f'set_{name}_why']} `{name}` · {self.origin(name)}")
            if where == "file" and self.choices.get(name, "") is not None:
                st.button(
                    self.texts["set_reset"].format(self.texts[f"set_{name}"]),
                    key=f"set-reset-{name}",
                    type="tertiary",
                    icon=":material/undo:",
                    on_click=lambda: self.reset(name),
                )

    def _word(self, option: str) -> str:
        said = self.texts.get(f"set_choice_{option}")
        return f"{option} — {said}" if said else option
