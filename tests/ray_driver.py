"""An ingest that stops in the middle to be told to go on, in a process that can be killed.

    python ray_driver.py HOME FOLDER ENGINE [--stop N] [--send BYTES] [--password WORD]

Prints "reached" when N files are dealt with, and waits for a line. At the end it prints the report
as JSON. With --send it takes nodes for machines without a disk in common, and sends them files of
at most so many bytes.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from rag import schema
from rag.app import App
from rag.cluster import reading
from rag.config import Settings


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("home", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("engine")
    parser.add_argument("--stop", type=int, default=-1)
    parser.add_argument("--send", type=int, default=0)
    parser.add_argument("--password", default="")
    args = parser.parse_args()
    if args.send:
        reading.sees_all = lambda *_: False  # type: ignore[assignment]
        reading.MOST_SENT = args.send
    waiting = args.stop >= 0

    def on_progress(progress: object) -> None:
        nonlocal waiting
        if waiting and progress.done >= args.stop:
            waiting = False
            sys.stdout.write("reached\n")
            sys.stdout.flush()
            sys.stdin.readline()

    app = App(Settings(engine=args.engine, ocr="never", read_memory_mb=64), args.home)
    report = app.ingest([args.folder], password=args.password, spread=True, on_progress=on_progress)
    sys.stdout.write(json.dumps(schema.report(report)) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
