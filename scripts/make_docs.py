"""Write docs/cli.md from the commands themselves, and docs/openapi.json from the service.

python scripts/make_docs.py
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rag.cli import rag

if TYPE_CHECKING:
    from collections.abc import Iterator

DOCS = Path(__file__).resolve().parents[1] / "docs"


def commands(group: click.Group, path: str) -> Iterator[tuple[str, click.Command]]:
    """Every command with the words that call it."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            if command.invoke_without_command:
                yield f"{path} {name}", command
            yield from commands(command, f"{path} {name}")
        else:
            yield f"{path} {name}", command


def page() -> str:
    """The whole page."""
    parts = ["# Commands\n", "Written by `make docs` from the commands' own help.\n"]
    for name, command in [("rag", rag), *sorted(commands(rag, "rag"))]:
        context = click.Context(command, info_name=name, max_content_width=100, terminal_width=100)
        parts.append(f"## {name}\n\n```\n{command.get_help(context).rstrip()}\n```\n")
    return "\n".join(parts)


def openapi() -> str:
    """The description of the service, which needs no library for it."""
    from rag.desk import Desk
    from rag.service import build

    told = build(Desk(DOCS / "nowhere")).openapi()
    return json.dumps(told, ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    (DOCS / "cli.md").write_text(page(), encoding="utf-8")
    (DOCS / "openapi.json").write_text(openapi(), encoding="utf-8")
