"""Arrows between modules point one way: nouns ← pure steps ← edges ← app ← faces."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "rag"
LAYERS = (
    {"types", "errors", "words", "sentences"},
    {"chunk", "rank", "refusal", "register", "extract", "prompt", "cite", "minutes"},
    {"config", "readers", "store", "embed", "models", "index", "retrieve", "picture"},
    {"ingest", "answer", "doctor", "evaluate"},
    {"app", "schema"},
    {"render"},
    {"cli", "__main__"},
)
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


def test_every_module_has_its_layer() -> None:
    names = {module_of(path) for path in PACKAGE.rglob("*.py")} - {"__init__"}
    assert names == set(LEVEL)


def test_no_arrow_points_the_wrong_way() -> None:
    modules: dict[str, set[str]] = {}
    for path in PACKAGE.rglob("*.py"):
        if module_of(path) != "__init__":
            modules.setdefault(module_of(path), set()).update(imports_of(path))
    assert wrong_arrows(modules) == []


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


def test_only_models_imports_model_providers() -> None:
    for path in PACKAGE.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        if (
            "import transformers" in text
            or "from transformers" in text
            or "init_chat_model" in text
        ):
            assert module_of(path) == "models", path


@pytest.mark.parametrize(
    "program",
    [
        "import rag",
        "import rag.app",
        "from rag.cli import run; run(['ask', '--home', {home!r}, 'сколько дней переносится?'])",
        "from rag.cli import run; run(['ask', '--home', {home!r}, 'кто что обещал на встрече'])",
    ],
)
def test_without_a_model_neither_torch_nor_transformers_is_imported_nor_a_socket_opened(
    program: str, tmp_path: Path, folder: Path
) -> None:
    home = str(tmp_path / "home")
    ingest = "from rag.cli import run; run(['--home', {home!r}, 'ingest', {folder!r}])"
    subprocess.run(
        [sys.executable, "-c", ingest.format(home=home, folder=str(folder))],
        check=True,
        capture_output=True,
    )
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
