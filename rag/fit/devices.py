"""What a model may be put on: graphics cards, named or present, or the memory of the processor.

The maker of a card counts memory in units of 2^30 bytes and calls them GB; everything printed here
is in GB of 10^9 bytes. So "24GB" are 25.8 GB, of which a program gets some less.
"""

from __future__ import annotations

import os
import re
import subprocess
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from rag.errors import UsageError

#: What a process takes of a device beside tensors. Of a card: the CUDA context and the kernels of
#: torch (some 450 MB), workspaces of cuBLAS (up to 32 MiB), and blocks that the allocator of torch
#: holds and cannot use. Of memory: Python with torch and transformers imported.
OVERHEAD = {"cuda": 600_000_000, "cpu": 500_000_000}
#: … and what is still to come of it in a process that has torch running already.
RUNNING_OVERHEAD = {"cuda": 150_000_000, "cpu": 100_000_000}

_FILE = "cards.toml"
_MIB = 1 << 20
_GIB = 1 << 30
#: Of a card that is named by its size alone, what a program gets; those of the table get 0.94 to
#: 0.99 of their name.
_USABLE = 0.98
_NAMED = re.compile(r"(?:(\d{1,3})\s*[x×х*]\s*)?(.+)", re.IGNORECASE)
_SIZE = re.compile(r"(\d+(?:[.,]\d+)?)\s*(?:GiB|GB|G|ГБ)", re.IGNORECASE)
_NOISE = re.compile(r"nvidia|geforce|tesla|quadro|gpu|pcie|sxm\d?|hbm\d?e?|[^a-z0-9]+")
_QUERY = (
    "nvidia-smi",
    "--query-gpu=name,memory.total,memory.free",
    "--format=csv,noheader,nounits",
)
_QUERY_SECONDS = 10
#: Where a container's limit is told, what is used of it, what of that is a cache of files that are
#: given up at need, and the name of that: by control groups of versions 2 and 1.
_CGROUPS = (
    ("/sys/fs/cgroup", "memory.max", "memory.current", "inactive_file"),
    (
        *("/sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.usage_in_bytes"),
        "total_inactive_file",
    ),
)


@dataclass(frozen=True, slots=True)
class Device:
    """Something with memory. `total` is what a program can get of it and `free` what it gets now.

    `kind` is "cuda" or "cpu". `overhead` is what a process takes of it beside tensors. `bandwidth`
    of its memory is in bytes a second, 0 where unknown.
    """

    name: str
    kind: str
    total: int
    free: int
    overhead: int
    bandwidth: int = 0


@cache
def cards() -> tuple[Device, ...]:
    """The cards of the table, all of their memory free."""
    table = tomllib.loads(files("rag.fit").joinpath(_FILE).read_text(encoding="utf-8"))
    return tuple(
        Device(
            card["name"],
            "cuda",
            card["mib"] * _MIB,
            card["mib"] * _MIB,
            OVERHEAD["cuda"],
            card["bandwidth"] * 1_000_000_000,
        )
        for card in table["card"]
    )


def named(text: str) -> list[Device]:
    """The cards that a person means: "A100 40GB", "2x A100 40GB", "24GB", "RTX 3090", "cpu".

    Raises UsageError for a card that is not in the table and tells no size.
    """
    found = _NAMED.fullmatch(text.strip())
    if found is None or found[1] == "0" or found[2].startswith("-"):
        raise UsageError(f"{text!r} names no card", 'Write --gpu "A100 40GB" or --gpu 24GB')
    number, name = int(found[1] or 1), found[2].strip()
    if name.lower() == "cpu":
        return [processor()]
    return [_card(name)] * number


def _card(name: str) -> Device:
    wanted = _plain(name)
    size = _SIZE.search(name)
    alike = [card for card in cards() if _plain(card.name) == wanted]
    if not alike and not size:
        alike = [card for card in cards() if _plain(_SIZE.sub("", card.name)) == wanted]
    if len(alike) == 1:
        return alike[0]
    took = int(float(size[1].replace(",", ".")) * _GIB * _USABLE) if size else 0
    if took:
        return Device(name, "cuda", took, took, OVERHEAD["cuda"])
    which = " or ".join(card.name for card in alike)
    raise UsageError(
        f"There are several {name}: {which}" if alike else f"The card {name!r} is not known",
        f'Write --gpu "{alike[0].name}"' if alike else f'Add its size: --gpu "{_bare(name)} 24GB"',
    )


def _bare(name: str) -> str:
    return _SIZE.sub("", name).strip() or "RTX 3090"


def _plain(name: str) -> str:
    return _NOISE.sub("", name.lower())


def present() -> list[Device]:
    """The NVIDIA cards of this machine, as their driver tells; none where there is no driver."""
    try:
        told = subprocess.run(
            _QUERY, capture_output=True, text=True, timeout=_QUERY_SECONDS, check=True
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return []
    return [device for line in told.splitlines() if (device := _told(line)) is not None]


def _told(line: str) -> Device | None:
    """A card from one line of `nvidia-smi`; None where it tells no memory."""
    name, _, memory = line.partition(",")
    numbers = [part.strip() for part in memory.split(",")]
    if len(numbers) != 2 or not all(number.isdecimal() for number in numbers):
        return None
    total, free = (int(number) * _MIB for number in numbers)
    known = [card for card in cards() if _plain(card.name) in _plain(name)]
    known = known or [c for c in cards() if _plain(_SIZE.sub("", c.name)) == _plain(name)]
    bandwidth = known[0].bandwidth if known else 0
    return Device(name.strip(), "cuda", total, free, OVERHEAD["cuda"], bandwidth)


def processor() -> Device:
    """The memory of this machine, and what of it is free, the limits of a container counted in."""
    total, free = _memory()
    for folder, most, used, idle in _CGROUPS:
        limit = _number(Path(folder, most))
        if limit is not None and 0 < limit < total:
            kept = _number(Path(folder, used)) or 0
            total = limit
            free = min(free, limit - kept + _told_of(Path(folder, "memory.stat"), idle))
    return Device("CPU", "cpu", total, max(free, 0), OVERHEAD["cpu"])


def _memory() -> tuple[int, int]:
    """Bytes of memory in all, and those that a program can get without anything being put out."""
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    except OSError:
        total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
        return total, total  # macOS does not tell what is free in one number
    told = {name: int(rest.split()[0]) for name, _, rest in (x.partition(":") for x in lines)}
    return told["MemTotal"] * 1024, told.get("MemAvailable", told["MemFree"]) * 1024


def _number(path: Path) -> int | None:
    try:
        return int(path.read_text(encoding="ascii"))
    except (OSError, ValueError):  # not there, or "max"
        return None


def _told_of(path: Path, name: str) -> int:
    """A number under a name in a file of such pairs; 0 where it is not there."""
    try:
        lines = path.read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    found = (line.split() for line in lines)
    return next((int(pair[1]) for pair in found if len(pair) == 2 and pair[0] == name), 0)
