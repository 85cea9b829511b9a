"""What docs/mcp.md says of the tools is what they take, and its settings of hosts can be read."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from click import Context

from rag.connecting import mcp
from rag.errors import UsageError
from rag.mcp import faults, server
from rag.mcp.tools import TOOLS

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "mcp.md").read_text(encoding="utf-8")
SCOPE = {"documents", "since", "until"}


def test_the_page_names_every_tool_and_all_that_it_takes() -> None:
    rows = re.findall(r"^\| `(\w+)` \| [^|]+ \| (.+) \|$", PAGE, re.MULTILINE)
    assert {name for name, _ in rows} == set(TOOLS)
    for name, told in rows:
        takes = {"collection"} | (set() if name == "read_passage" else SCOPE)
        takes |= set(re.findall(r"`(\w+)`", told))
        assert takes == set(server._INPUT[name]["properties"]), name


def test_calls_of_the_page_fit_their_tools() -> None:
    calls = re.findall(r"^\| `(\w+) (\{.*?\})` \|", PAGE, re.MULTILINE)
    assert {name for name, _ in calls} == set(TOOLS)
    for name, given in calls:
        TOOLS[name].arguments.model_validate(json.loads(given))


def test_settings_of_hosts_start_a_command_there_is() -> None:
    def commands(value: Any) -> list[list[str]]:
        found = [value["args"]] if isinstance(value, dict) and "command" in value else []
        inside = value.values() if isinstance(value, dict) else ()
        return found + [each for part in inside for each in commands(part)]

    blocks = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    started = [each for block in blocks for each in commands(json.loads(block))]
    assert len(started) == 3
    for name, *options in started:
        assert name == mcp.name
        mcp.make_parser(Context(mcp)).parse_args(list(options))


@pytest.mark.parametrize(
    ("hint", "told"),
    [
        ("See what there is: rag list", "See what there is: call list_documents."),
        (
            "Make it: rag ingest FOLDER",
            "For the person at the computer: Make it: rag ingest FOLDER",
        ),
        ("Say today, this-week or a day.", "Say today, this-week or a day."),
    ],
)
def test_a_hint_names_a_tool_or_who_is_to_type_it(hint: str, told: str) -> None:
    assert faults.told(UsageError("It cannot be", hint)) == ("It cannot be", told)
