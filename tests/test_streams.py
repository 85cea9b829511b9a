"""The command line among others: streams that close, an interrupt, a terminal, completion."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import time
import tomllib
from pathlib import Path
from typing import Any

import pytest

from rag.cli import rag as commands


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts_name_the_program(rag: Any, shell: str) -> None:
    assert "_RAG_COMPLETE" in rag("completion", shell).out


def test_the_script_that_is_installed_starts_behind_the_guard() -> None:
    project = tomllib.loads(
        (Path(__file__).resolve().parents[1] / "pyproject.toml").read_text(encoding="utf-8")
    )["project"]
    assert project["scripts"] == {"rag": "rag.__main__:main"}


def test_an_interrupt_while_modules_are_imported_exits_130_without_a_traceback() -> None:
    program = (
        "import os, signal, sys\n"
        "class Interrupt:\n"
        "    def find_spec(self, name, *_):\n"
        "        if name == 'rag.config':\n"
        "            os.kill(os.getpid(), signal.SIGINT)\n"
        "sys.meta_path.insert(0, Interrupt())\n"
        "from rag.__main__ import main\n"
        "main()\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "rag: interrupted\n")


@pytest.mark.parametrize(
    "arguments",
    [["ask", "сколько дней отпуска переносится?"], ["list"], ["list", "--json"], ["ask", "--help"]],
)
def test_a_reader_that_leaves_is_no_error(
    filled: Any, tmp_path: Path, arguments: list[str]
) -> None:
    assert filled("list").code == 0
    read, write = os.pipe()
    os.close(read)
    command = [sys.executable, "-m", "rag", *arguments]
    done = subprocess.run(command, cwd=tmp_path / "work", stdout=write, stderr=subprocess.PIPE)
    os.close(write)
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_reader_that_leaves_amid_long_output_is_no_error(rag: Any, tmp_path: Path) -> None:
    (tmp_path / "long.txt").write_text("Слово за словом идёт.\n" * 50_000, encoding="utf-8")
    assert rag("ingest", tmp_path / "long.txt").code == 0
    command = [sys.executable, "-m", "rag", "show", "long.txt"]
    process = subprocess.Popen(
        command, cwd=tmp_path / "work", stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stderr is not None
    with process.stderr as told:
        process.stdout.readline()
        process.stdout.close()
        assert (process.wait(), told.read()) == (0, b"")


@pytest.mark.parametrize(
    ("command", "code"),
    [("list >&-", 0), ("list --json >&-", 0), ("chat <&-", 0), ("show нет.pdf 2>&-", 2)],
)
def test_a_closed_stream_is_no_traceback(
    filled: Any, tmp_path: Path, command: str, code: int
) -> None:
    assert filled("list").code == 0
    shell = ["sh", "-c", f"{sys.executable} -m rag {command}"]
    done = subprocess.run(shell, cwd=tmp_path / "work", capture_output=True)
    assert (done.returncode, done.stderr) == (code, b"")


class Terminal(io.StringIO):
    """A standard output that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("columns", "table"), [(40, False), (99, False), (120, True)])
def test_promises_are_whole_on_a_terminal_of_any_width(
    filled: Any, monkeypatch: pytest.MonkeyPatch, columns: int, table: bool
) -> None:
    assert filled("list").code == 0
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("TERM", "xterm")
    screen = Terminal()
    monkeypatch.setattr(sys, "stdout", screen)
    assert commands.main(["ask", "кто что обещал?"], "rag", standalone_mode=False) is None
    shown = screen.getvalue()
    assert ("Где сказано" in shown) == table
    if not table:
        assert "Олег Титов → Анна Белова: " in shown
        assert "   Срок: 2025-11-14" in shown
        assert "   meetings/планёрка.txt:6\n" in shown


def complete(words: str, cwd: Path) -> str:
    env = {**os.environ, "_RAG_COMPLETE": "bash_complete", "COMP_WORDS": words}
    env["COMP_CWORD"] = str(words.count(" "))
    command = [sys.executable, "-m", "rag"]
    return subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True).stdout


def test_documents_are_completed(filled: Any, tmp_path: Path) -> None:
    assert filled("list").code == 0
    assert "binder.txt" in complete("rag show bi", tmp_path / "work")


def test_an_interrupt_exits_130_and_the_library_opens(folder: Path, tmp_path: Path) -> None:
    for number in range(300):
        text = f"Отчёт {number} о доставке. " * 300
        (folder / f"report{number}.txt").write_text(text, encoding="utf-8")
    home = str(tmp_path / "home")
    command = [sys.executable, "-m", "rag", "--home", home, "ingest", str(folder)]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE)
    catalogue = tmp_path / "home" / "default" / "catalogue.sqlite"
    while not catalogue.exists():
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate()
    assert process.returncode == 130
    assert b"nothing is lost" in err
    done = subprocess.run(command, capture_output=True)
    assert done.returncode == 0
    assert b"303 added" in done.stdout
