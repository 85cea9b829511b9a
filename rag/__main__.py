"""`rag` and `python -m rag`: a guard that an early Ctrl-C finds in place, then the commands."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress
from typing import NoReturn

from rag.errors import EXIT_INTERRUPTED


def _leave(*_: object) -> NoReturn:
    """Exit at once: while modules are imported nothing is open yet that wants closing."""
    with suppress(OSError):
        os.write(2, b"rag: interrupted\n")
    os._exit(EXIT_INTERRUPTED)


def main() -> None:
    """Run the command line and leave with its exit code."""
    handler = signal.getsignal(signal.SIGINT)
    if handler is signal.default_int_handler:  # not where the shell has Ctrl-C ignored
        signal.signal(signal.SIGINT, _leave)
    from rag.cli import start

    code = EXIT_INTERRUPTED
    with suppress(KeyboardInterrupt):
        signal.signal(signal.SIGINT, handler)
        code = start(sys.argv[1:])
    sys.exit(code)


if __name__ == "__main__":
    main()
