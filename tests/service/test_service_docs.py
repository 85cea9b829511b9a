"""What docs/api.md says of the service is what it does."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from service_driver import filled, serving

from rag import errors
from rag.errors import RagError
from rag.service.metrics import Metrics
from rag.service.problems import status_of

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
CODES = dict[str, int]


def documented() -> CODES:
    """The codes of the table, and the status of each."""
    found: CODES = {}
    status = 0
    for first, second in re.findall(r"^\| (\d*) ?\| ([^|]+) \|", PAGE, re.MULTILINE):
        status = int(first or status)
        found |= dict.fromkeys(re.findall(r"`([a-z-]+)`", second), status)
    return found


def test_the_page_of_the_service_has_every_metric() -> None:
    text = (ROOT / "docs" / "service.md").read_text(encoding="utf-8")
    told = set(re.findall(r"`(rag_[a-z_]+)`", text[text.index("## Metrics") :]))
    kept = set(re.findall(r"^# TYPE (rag_\w+)", Metrics().text().decode(), re.MULTILINE))
    assert {name for name in kept if not name.endswith("_created")} == told


def test_the_table_of_errors_has_every_error_of_the_program() -> None:
    kinds = [each for each in vars(errors).values() if isinstance(each, type)]
    real = {each.code: status_of(each("…")) for each in kinds if issubclass(each, RagError)}
    assert real.items() <= documented().items()


def refused() -> Iterator[tuple[str, int, str]]:
    """What the sources refuse by status and code: file, status, code."""
    service = ROOT / "rag" / "service"
    for path in (*service.glob("*.py"), *(service / "api").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Refused":
                told = [each.value for each in node.args[:2] if isinstance(each, ast.Constant)]
                if len(told) == 2 and told[0] != 499:  # which nobody is there to read
                    yield path.name, int(str(told[0])), str(told[1])


def test_the_page_has_what_the_service_refuses() -> None:
    table = documented()
    found = list(refused())
    assert found
    for name, status, code in found:
        told = table[code] == status if code in table else f"`{code}`" in PAGE
        assert told, (name, code)


@pytest.mark.skipif(not shutil.which("curl") or not shutil.which("bash"), reason="no curl, no bash")
def test_the_examples_of_the_page_work_as_written(tmp_path: Path) -> None:
    papers = ("documents/kestrel-40-manual.pdf", "meetings/protokol-27.txt")
    for name in papers:
        target = tmp_path / "papers" / name
        target.parent.mkdir(parents=True)
        shutil.copy(ROOT / "corpora" / name, target)
    (tmp_path / ".curlrc").write_text("fail-with-body\n")
    blocks = re.findall(r"```bash\n(.*?)```", PAGE, re.DOTALL)
    script = "\n".join(block for block in blocks if "rag serve" not in block)
    script = re.sub(r"^(curl .*?) # fails: (\d+)$", r"! \1", script, flags=re.MULTILINE)
    assert script.count("curl") >= 20
    with serving(filled(tmp_path / "home", tmp_path / "papers")) as address:
        done = subprocess.run(
            ["bash", "-euxo", "pipefail", "-c", script.replace("http://127.0.0.1:8600", address)],
            cwd=tmp_path,
            env={"HOME": str(tmp_path), "CURL_HOME": str(tmp_path), "PATH": "/usr/bin:/bin"},
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stderr[-500:] + done.stdout[-500:]
    assert (tmp_path / "page.png").read_bytes().startswith(b"\x89PNG")
    assert (tmp_path / "promises.ics").read_bytes().startswith(b"BEGIN:VCALENDAR")
