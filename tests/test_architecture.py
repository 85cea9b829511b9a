"""Arrows between modules point one way: nouns ← pure steps ← edges ← app ← faces."""

from __future__ import annotations

import ast
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from papers import HANDBOOK, MEETING

PACKAGE = Path(__file__).resolve().parents[1] / "rag"
LAYERS = (
    {"types", "errors", "words", "figures", "sentences", "shown", "fence", "observe"},
    {
        *("chunk", "kinds", "rank", "refusal", "register", "extract", "prompt", "cite", "minutes"),
        *("hashing", "locate", "prepare", "passages", "pointers", "query", "route", "hits"),
        *("around", "naming", "orders", "followup", "guards", "summary", "corrections"),
    },
    {
        *("config", "readers", "workers", "store", "embed", "fit", "models", "index", "retrieve"),
        *("tomlfile", "installed", "suggestions", "hub", "outside", "named", "access"),
        *("allowed", "breaker", "cluster", "known", "listening"),
        *("holdings", "picture", "plan", "renaming", "report", "watch", "whole"),
    },
    {
        *("ingest", "answer", "asking", "doctor", "evaluate", "jobs", "mapreduce"),
        *("grounding", "overview", "promised", "verify", "prove", "talk", "record", "scribe"),
        *("openers", "parquet"),
    },
    {"app", "schema", "exports"},
    {"desk"},
    {"mcp"},
    {"service"},
    {"render", "scorecard", "jobsheet", "minutesheet", "options", "terminal", "verdicts"},
    {
        *("archiving", "budget", "checking", "collecting", "fitting", "keeping", "logs"),
        *("connecting", "keyring", "measuring", "minuting", "moving", "presenting", "promising"),
        *("serving", "shelf", "summarizing", "working"),
    },
    {"cli", "__main__"},
)
ASK = "from rag.cli import run\nassert run(['ask', '--home', {{home!r}}, '{}']) == 0"
LEVEL = {module: level for level, layer in enumerate(LAYERS) for module in layer}


def module_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports_of(path: Path) -> set[str]:
    """First names below `rag` that a file imports at run time, anywhere in it."""
    found: set[str] = set()

    def visit(node: ast.AST) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.dump(child.test):
                continue
            if isinstance(child, ast.Import):
                names = [alias.name for alias in child.names]
            elif isinstance(child, ast.ImportFrom) and child.module:
                names = [f"{child.module}.{alias.name}" for alias in child.names]
            else:
                names = []
            found.update(n.split(".")[1] for n in names if n.startswith("rag.") and n.count("."))
            visit(child)

    visit(ast.parse(path.read_text(encoding="utf-8")))
    return {name for name in found if name in LEVEL}


def wrong_arrows(modules: dict[str, set[str]]) -> list[str]:
    return [
        f"{module} -> {target}"
        for module, targets in sorted(modules.items())
        for target in sorted(targets)
        if target != module and LEVEL[target] > LEVEL[module]
    ]


def cycle(modules: dict[str, set[str]]) -> list[str]:
    """A way from a module back to itself, or nothing."""
    done: set[str] = set()

    def walk(module: str, path: list[str]) -> list[str]:
        if module in path:
            return [*path[path.index(module) :], module]
        if module in done:
            return []
        for target in sorted(modules.get(module, set()) - {module}):
            if found := walk(target, [*path, module]):
                return found
        done.add(module)
        return []

    return next((found for module in sorted(modules) if (found := walk(module, []))), [])


@cache
def arrows() -> dict[str, set[str]]:
    modules: dict[str, set[str]] = {}
    for path in PACKAGE.rglob("*.py"):
        if module_of(path) != "__init__":
            modules.setdefault(module_of(path), set()).update(imports_of(path))
    return modules


def test_every_module_has_its_layer() -> None:
    names = {module_of(path) for path in PACKAGE.rglob("*.py")} - {"__init__"}
    assert names == set(LEVEL)


def test_no_arrow_points_the_wrong_way() -> None:
    assert wrong_arrows(arrows()) == []


def test_no_modules_import_each_other_in_a_circle() -> None:
    assert cycle(arrows()) == []


def test_a_circle_would_be_seen() -> None:
    found = cycle({"app": {"index"}, "index": {"store"}, "store": {"embed"}, "embed": {"index"}})
    assert found == ["index", "store", "embed", "index"]


def test_an_arrow_the_wrong_way_would_be_seen(tmp_path: Path) -> None:
    file = tmp_path / "chunk.py"
    file.write_text("def f():\n    from rag.app import App\n", encoding="utf-8")
    assert wrong_arrows({"chunk": imports_of(file)}) == ["chunk -> app"]


def test_only_config_reads_the_environment_but_for_the_keys_of_providers() -> None:
    readers = [
        module_of(path)
        for path in PACKAGE.rglob("*.py")
        if "os.environ" in (text := path.read_text(encoding="utf-8")) or "getenv" in text
    ]
    assert set(readers) == {"config", "models"}


@cache
def packages_of(program: str) -> set[str]:
    """Packages that a program imports anywhere, and names of them that it calls for by a string."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(program)):
        if isinstance(node, ast.Import):
            found.update(alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
        elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            called = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if called in {"import_module", "__import__"}:
                found.add(str(node.args[0].value).split(".")[0])
    return found


def providers_of(program: str) -> set[str]:
    """The packages among them that bring a language model."""
    return {
        name
        for name in packages_of(program)
        if name in {"langchain", "transformers", "torch", "openai", "anthropic", "ollama"}
        or (name.startswith("langchain_") and name != "langchain_core")
    }


def test_only_models_imports_providers_of_language_models() -> None:
    """The embedders need torch and transformers for what sentence-transformers does not tell."""
    found: dict[str, set[str]] = {}
    for path in PACKAGE.rglob("*.py"):
        for name in providers_of(path.read_text(encoding="utf-8")):
            found.setdefault(module_of(path), set()).add(name)
    assert set(found) == {"models", "embed"}
    assert found["embed"] == {"torch", "transformers"}


def test_only_the_plot_of_an_evaluation_imports_matplotlib() -> None:
    importers = [
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if "matplotlib" in packages_of(path.read_text(encoding="utf-8"))
    ]
    assert importers == ["evaluate/plot.py"]


@pytest.mark.parametrize(
    ("program", "found"),
    [
        ("import transformers.utils as t", {"transformers"}),
        ("def f():\n    from langchain.chat_models import init_chat_model", {"langchain"}),
        ("from langchain_openai import ChatOpenAI", {"langchain_openai"}),
        ("import importlib\nimportlib.import_module('torch.nn')", {"torch"}),
        ("from langchain_core.embeddings import Embeddings", set()),
        ("'import transformers'", set()),
    ],
)
def test_an_import_of_a_provider_is_seen_however_it_is_written(
    program: str, found: set[str]
) -> None:
    assert providers_of(program) == found


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A library that a process of its own made of a handbook and a meeting."""
    folder, home = tmp_path_factory.mktemp("papers"), str(tmp_path_factory.mktemp("library"))
    (folder / "правила.md").write_text(HANDBOOK, encoding="utf-8")
    (folder / "планёрка.txt").write_text(MEETING, encoding="utf-8")
    ingest = f"from rag.cli import run; assert run(['--home', {home!r}, 'ingest', '{folder}']) == 0"
    subprocess.run([sys.executable, "-c", ingest], check=True, capture_output=True)
    return home


@pytest.mark.parametrize(
    "program",
    [
        "import rag",
        "import rag.app",
        ASK.format("сколько дней отпуска переносится?"),
        ASK.format("кто что обещал на встрече"),
    ],
)
def test_without_a_model_neither_torch_nor_transformers_is_imported_nor_a_socket_opened(
    program: str, home: str
) -> None:
    watch = (
        "import sys, socket\n"
        "def refuse(*_): raise AssertionError('a socket')\n"
        "socket.socket.connect = socket.socket.bind = refuse\n"
        f"{program.format(home=home)}\n"
        "heavy = {'torch', 'transformers', 'sentence_transformers', 'openai'} & set(sys.modules)\n"
        "sys.exit(f'imported {heavy}' if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", watch], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
