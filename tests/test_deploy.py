"""The container, the compose file and the units are of one piece with the program.

No image is built here: what they name is held against the program, the repository and each other.
"""

from __future__ import annotations

import fnmatch
import json
import re
import shlex
import shutil
import subprocess
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import yaml
from fastapi.testclient import TestClient
from typed_commands import parsed

from rag.config import Settings

ROOT = Path(__file__).resolve().parents[1]
DEPLOY = ROOT / "deploy"
SETTINGS = {f"RAG_{field.name.upper()}" for field in fields(Settings)} | {"RAG_UI_PASSWORD"}


def instructions() -> list[tuple[str, str]]:
    """Each instruction of the Dockerfile with its words, lines that go on joined."""
    text = re.sub(r"(?m)^\s*#.*\n", "", (ROOT / "Dockerfile").read_text(encoding="utf-8"))
    lines = re.sub(r"\\\n\s*", "", text).splitlines()
    return [tuple(line.split(None, 1)) for line in lines if line.strip()]  # type: ignore[misc]


def words(kind: str) -> list[str]:
    return [rest for name, rest in instructions() if name == kind]


def compose() -> dict[str, Any]:
    value: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
    return value


def ours() -> dict[str, dict[str, Any]]:
    """The services of the compose file that are this program."""
    return {name: each for name, each in compose()["services"].items() if "build" in each}


def unit(name: str) -> dict[str, list[str]]:
    """The settings of a unit, each with its values."""
    found: dict[str, list[str]] = {}
    for line in (DEPLOY / name).read_text(encoding="utf-8").splitlines():
        if "=" in line and not line.startswith("#"):
            key, value = line.split("=", 1)
            found.setdefault(key, []).append(value)
    return found


def seconds(text: str) -> float:
    number, kind = re.fullmatch(r"(\d+)(s|m|min|h)?", text).groups()  # type: ignore[union-attr]
    return int(number) * {None: 1, "s": 1, "m": 60, "min": 60, "h": 3600}[kind]


def test_what_the_image_copies_is_there_and_not_ignored() -> None:
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    let_in = {line[1:] for line in ignored if line.startswith("!")}
    assert "*" in ignored
    copied = [part for rest in words("COPY") if "--from" not in rest for part in rest.split()[:-1]]
    assert set(copied) == let_in
    for part in copied:
        assert (ROOT / part).exists(), part
    assert not [part for part in copied if fnmatch.fnmatch(part, "*.pyc")]


def test_the_image_holds_what_the_package_is_built_from() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    named = re.findall(r'^(?:readme = |license-files = \[)"([^"]+)"', text, re.MULTILINE)
    packages = re.findall(r'include = \["(\w+)\*", "(\w+)\*"\]', text)[0]
    copied = " ".join(words("COPY")).split()
    assert {*named, *packages, "pyproject.toml", "constraints.txt"} <= set(copied)


def test_the_image_is_small_and_without_root() -> None:
    kinds = [name for name, _ in instructions()]
    last = len(kinds) - kinds[::-1].index("FROM")
    final = instructions()[last:]
    [user] = [rest for name, rest in final if name == "USER"]
    assert user.split(":")[0].isdigit()
    assert int(user.split(":")[0]) > 0
    assert [name for name, _ in final].index("USER") > max(
        place for place, (name, _) in enumerate(final) if name == "RUN"
    )
    runs = " ".join(rest for name, rest in final if name == "RUN")
    assert "--no-install-recommends" in runs
    assert "rm -rf /var/lib/apt/lists/*" in runs
    assert "tesseract-ocr-rus" in runs
    assert "pip" not in runs
    declared = {rest.split("=")[0] for rest in words("ARG")}
    declared |= {part.split("=")[0] for rest in words("ENV") for part in rest.split()}
    used = set(re.findall(r"\$\{(\w+)\}", " ".join(rest for _, rest in instructions())))
    assert used <= declared


def test_the_image_starts_the_service_and_asks_whether_it_lives() -> None:
    [entry], [command] = words("ENTRYPOINT"), words("CMD")
    assert json.loads(entry) == ["rag"]
    given = parsed(json.loads(command)).params
    assert (given["host"], given["port"]) == ("0.0.0.0", int(words("EXPOSE")[0]))
    [check] = words("HEALTHCHECK")
    asked = json.loads(check.split("CMD ", 1)[1])
    compile(asked[2], "healthcheck", "exec")
    [path] = re.findall(rf"127\.0\.0\.1:{words('EXPOSE')[0]}(/\w+)", asked[2])

    from rag.desk import Desk
    from rag.service import build

    with TestClient(build(Desk(ROOT / "nowhere", Settings())), base_url="http://127.0.0.1") as asks:
        assert asks.get(path).status_code == 200


def test_the_volume_is_where_the_program_keeps_everything() -> None:
    [volume] = json.loads(words("VOLUME")[0])
    values = dict(part.split("=", 1) for rest in words("ENV") for part in rest.split())
    for name in ("HOME", "XDG_CACHE_HOME", "RAG_HOME"):
        assert values[name] == volume or values[name].startswith(f"{volume}/")
    assert words("WORKDIR")[-1] == volume
    assert {name for name in values if name.startswith("RAG_")} <= SETTINGS


def test_the_services_of_the_compose_file_fit_the_image_and_the_program() -> None:
    value, arguments = compose(), {rest.split("=")[0] for rest in words("ARG")}
    assert set(ours()) == {"rag", "page"}
    for name, service in ours().items():
        command = [str(part) for part in service["command"]]
        port = parsed(command).params["port"]
        assert [each.split(":")[0] for each in service["ports"]] == ["127.0.0.1"]
        assert service["ports"][0].endswith(f":{port}")
        assert set(service["build"]["args"]) <= arguments
        assert {key for key in service["environment"] if key.startswith("RAG_")} <= SETTINGS
        assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])
        assert "no-new-privileges:true" in service["security_opt"]
        assert service["mem_limit"]
        assert any(each.startswith("/tmp") for each in service["tmpfs"])
        assert seconds(service["stop_grace_period"]) > Settings().serve_drain_seconds
        [kept] = [
            each for each in service["volumes"] if each.endswith(json.loads(words("VOLUME")[0])[0])
        ]
        assert kept.split(":")[0] in value["volumes"]
        for secret in service.get("secrets", []):
            assert secret in value["secrets"]
            assert f"/run/secrets/{secret}" in command
        assert ("profiles" in service) == (name != "rag")


def test_the_model_of_the_compose_file_has_a_gpu_and_a_name_that_rag_asks_for() -> None:
    model = compose()["services"]["model"]
    [device] = model["deploy"]["resources"]["reservations"]["devices"]
    assert device["capabilities"] == ["gpu"]
    assert "ports" not in model
    text = (ROOT / "compose.yaml").read_text(encoding="utf-8")
    [(served, url)] = re.findall(r"RAG_MODEL=openai:(\S+) RAG_BASE_URL=(\S+) docker", text)
    assert f"--served-model-name={served}" in model["command"]
    assert url == f"http://model:{model['expose'][0]}/v1"


@pytest.mark.parametrize("name", ["rag.service", "rag-backup.service"])
def test_a_unit_runs_a_command_that_there_is_and_holds_it_tight(name: str) -> None:
    found = unit(name)
    program, *arguments = shlex.split(found["ExecStart"][0])
    assert program == "/opt/rag/bin/rag"
    parsed(arguments)
    named = {part.split("=")[0] for value in found["Environment"] for part in shlex.split(value)}
    assert {each for each in named if each.startswith("RAG_")} <= SETTINGS
    assert found["User"] == ["rag"]
    assert found["ProtectSystem"] == ["strict"]
    assert found["NoNewPrivileges"] == ["yes"]
    assert found["CapabilityBoundingSet"] == [""]


def test_the_service_has_time_to_end_and_a_bound_for_memory() -> None:
    found = unit("rag.service")
    assert seconds(found["TimeoutStopSec"][0]) > Settings().serve_drain_seconds
    assert found["Restart"] == ["on-failure"]
    assert found["MemoryMax"]


def test_systemd_finds_nothing_wrong_with_the_units(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd is not here")
    there = shutil.which("true")
    assert there is not None
    names = [path.name for path in sorted(DEPLOY.iterdir())]
    for name in names:
        text = (DEPLOY / name).read_text(encoding="utf-8").replace("/opt/rag/bin/rag ", f"{there} ")
        (tmp_path / name).write_text(text, encoding="utf-8")
    done = subprocess.run(
        ["systemd-analyze", "verify", *names], cwd=tmp_path, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")
