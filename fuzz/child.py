"""A process that gives a target its inputs, one after another, within its limits.

    python -m fuzz.child SUFFIX SEED FIRST RUNS SECONDS FOLDER

The input at hand lies in FOLDER under its own name, so that the parent has it where this process
ends with it, by a crash or for running too long. Writes a line of JSON before and after each.
"""

from __future__ import annotations

import faulthandler
import json
import logging
import os
import resource
import sys
import time
import warnings
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from fuzz.invariants import look
from fuzz.targets import OPTIONS, options_for, targets

#: Seconds an input may take; it is small, so any reader needs milliseconds.
PATIENCE = 10
#: Seconds from which on an input is kept although nothing is wrong with what came of it.
SLOW = 2


def main() -> None:
    """Run inputs until their number or the time is reached."""
    suffix, folder = sys.argv[1], Path(sys.argv[6])
    seed, first, runs, seconds = (int(argument) for argument in sys.argv[2:6])
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what a library prints must not get among the answers
    warnings.simplefilter("ignore")
    logging.disable()
    (target,) = targets([suffix])
    _limit_memory()
    faulthandler.enable()
    until = time.monotonic() + seconds
    for number in range(first, first + runs):
        name, data = target.case(seed, number)
        (folder / name).write_bytes(data)
        print(json.dumps({"number": number, "name": name}), file=answers, flush=True)
        faulthandler.dump_traceback_later(PATIENCE, exit=True)
        began = time.monotonic()
        seen = look(data, name, options_for(name))
        took = time.monotonic() - began
        faulthandler.cancel_dump_traceback_later()
        (folder / name).unlink()
        told = {"number": number, "seconds": took, **asdict(seen)}
        if seen.faults or took > SLOW:
            told["data"] = data.hex()
        print(json.dumps(told), file=answers, flush=True)
        if time.monotonic() >= until:
            return


def _limit_memory() -> None:
    """The memory a reader is allowed beyond what is in use now; no core dumps."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with suppress(ValueError, OSError):  # macOS knows the limit and does not keep it
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        allowed = pages * resource.getpagesize() + OPTIONS.limits.memory
        resource.setrlimit(resource.RLIMIT_AS, (allowed, allowed))


if __name__ == "__main__":
    main()
