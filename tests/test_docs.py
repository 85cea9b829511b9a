"""What the documents say of the program is what the program does."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from click import Context
from typed_commands import parsed, typed

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


PAGES = ["README.md", "CONTRIBUTING.md", "benchmarks/README.md"]
PAGES += sorted(str(page.relative_to(ROOT)) for page in (ROOT / "docs").glob("*.md"))


def anchors(text: str) -> set[str]:
    """What a link to a heading of a page is called, as GitHub makes it of the heading's words."""
    plain = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    headings = re.findall(r"^#+ (.+)$", plain, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", each.lower()).replace(" ", "-") for each in headings}


@pytest.mark.parametrize("name", PAGES)
def test_links_between_documents_lead_somewhere(name: str) -> None:
    page = ROOT / name
    text = page.read_text(encoding="utf-8")
    for target, place in re.findall(r"\]\(([^)#:]*)(?:#([^)]+))?\)", text):
        led = page.parent / target if target else page
        assert led.exists(), target
        assert not place or place in anchors(led.read_text(encoding="utf-8")), (target, place)


#: The commands' own help, and folders that have to be there.
NOT_TYPED = {"docs/cli.md", "docs/evaluation.md"}


@pytest.mark.parametrize("name", [name for name in PAGES if name not in NOT_TYPED])
def test_commands_of_a_page_are_commands(name: str) -> None:
    for arguments in typed((ROOT / name).read_text(encoding="utf-8")):
        parsed(arguments)


def test_pages_of_the_service_show_commands() -> None:
    for name, least in {"README": 10, "service": 6, "access": 8, "admin": 12, "mcp": 3}.items():
        place = ROOT / f"{name}.md" if name == "README" else ROOT / "docs" / f"{name}.md"
        assert len(typed(place.read_text(encoding="utf-8"))) >= least, name


def test_every_metric_of_the_service_is_documented() -> None:
    code = (ROOT / "rag" / "service" / "metrics.py").read_text(encoding="utf-8")
    page = (ROOT / "docs" / "service.md").read_text(encoding="utf-8")
    made = set(re.findall(r'"(rag_[a-z_]+)"', code))
    assert len(made) > 15
    assert {name for name in made if f"`{name}" not in page} == set()


def test_every_measure_of_an_evaluation_is_explained() -> None:
    from rag.evaluate.measures import EXPLAINED

    text = (ROOT / "docs" / "evaluation.md").read_text(encoding="utf-8")
    told = {re.sub("@.*", "", name) for name in re.findall(r"`([a-z][\w@]+)`", text)}
    assert {re.sub("@.*", "", name) for name in EXPLAINED} - {"n"} <= told
