"""The settings that the page was started with.

They are arguments of the script, NAME=VALUE, as Streamlit has them: `rag ui --model X` and
`streamlit run ui/streamlit_app.py -- model=X` are the same to the page.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from rag import config

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rag.config import Configured

SCRIPT = Path(__file__).with_name("streamlit_app.py")


def arguments(flags: Mapping[str, str]) -> list[str]:
    """What `sys.argv` is to be for a page with these settings."""
    return [str(SCRIPT), *(f"{name}={value}" for name, value in flags.items())]


def flags() -> dict[str, str]:
    """The settings among the arguments; none where another script runs, as a test does."""
    if not sys.argv or Path(sys.argv[0]).absolute() != SCRIPT:
        return {}
    return {name: value for name, _, value in (word.partition("=") for word in sys.argv[1:])}


def configured() -> Configured:
    """Every setting as it counts for the page now. Raises UsageError as `config.load` does."""
    return config.load(flags())
