"""What the documents say of the program is what the program does."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from click import Context

from rag import errors
from rag.cli import rag

ROOT = Path(__file__).resolve().parents[1]


def test_the_page_of_commands_is_what_the_commands_say(tmp_path: Path) -> None:
    program = "import runpy, sys; print(runpy.run_path(sys.argv[1])['page'](), end='')"
    script = str(ROOT / "scripts" / "make_docs.py")
    done = subprocess.run(
        [sys.executable, "-c", program, script], capture_output=True, check=True, cwd=tmp_path
    )
    assert done.stdout.decode() == (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")


def test_the_readme_is_short_and_names_only_commands_that_exist() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 150
    named = set(re.findall(r"^(?:\$ )?rag (?:--\w+ \S+ )?([a-z]+)", text, re.MULTILINE))
    assert named
    assert named <= set(rag.list_commands(Context(rag)))


def test_the_map_of_the_code_names_every_module() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    table = text[text.index("| layer |") : text.index("## The library on disk")]
    named = set(re.findall(r"`[\w/]+`", table))
    modules = {path.stem for path in (ROOT / "rag").glob("[a-z]*.py")}
    packages = {path.parent.name for path in (ROOT / "rag").glob("*/__init__.py")}
    assert {f"`{name}`" for name in modules} | {f"`{name}/`" for name in packages} <= named


def test_every_exit_code_is_documented() -> None:
    text = (ROOT / "docs" / "json.md").read_text(encoding="utf-8")
    codes = {value for name, value in vars(errors).items() if name.startswith("EXIT_")}
    assert {int(code) for code in re.findall(r"^\| (\d+) \|", text, re.MULTILINE)} == codes


@pytest.mark.parametrize(
    "name", ["README.md", "CONTRIBUTING.md", "docs/architecture.md", "docs/evaluation.md"]
)
def test_links_between_documents_lead_somewhere(name: str) -> None:
    page = ROOT / name
    for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target


def test_every_measure_of_an_evaluation_is_explained() -> None:
    from rag.evaluate.measures import EXPLAINED

    text = (ROOT / "docs" / "evaluation.md").read_text(encoding="utf-8")
    told = {re.sub("@.*", "", name) for name in re.findall(r"`([a-z][\w@]+)`", text)}
    assert {re.sub("@.*", "", name) for name in EXPLAINED} - {"n"} <= told
