"""Clients of a service that work at once, each with a connection of its own, as real ones have.

    python clients.py SPEC

SPEC is a file: the addresses that are asked, the questions, and how many clients ask for how long.
Prints what each request took as JSON. It is a process of its own, so that it shares no interpreter
with what it measures.

A client asks, reads the whole answer, thinks, and asks again (a closed loop). Its thinking is drawn
from an exponential distribution, as people's pauses are, with a longest one; with a mean of 0 it
asks again at once. Clients have addresses of their own below 127/8 where the system allows it, so
that a service can tell them apart.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

SEARCH, ASK = "search", "ask"
_LONGEST_THINKING = 4.0  # means
_PATIENCE = 120.0  # seconds until a request counts as failed
_SEED = 43
_OK = 200


@dataclass(frozen=True, slots=True)
class Spec:
    """What to do: `asks` is the share of questions that are asked and not only searched for.

    `urls` are the addresses by kind; `think` and `seconds` are in seconds. Requests of the first
    `warm` seconds are not told.
    """

    urls: dict[str, str]
    questions: list[str]
    clients: int
    seconds: float
    think: float = 0.0
    asks: float = 0.3
    warm: float = 2.0


@dataclass(slots=True)
class Told:
    """Milliseconds of each request by kind, and what went wrong. `seconds` is how long it took."""

    took: dict[str, list[float]] = field(default_factory=lambda: {SEARCH: [], ASK: []})
    errors: list[str] = field(default_factory=list)
    seconds: float = 0.0


async def work(spec: Spec) -> Told:
    """Let all clients ask until the time is over."""
    told = Told()
    began = time.perf_counter()
    until = began + spec.warm + spec.seconds
    clients = [_client(number, spec, told, began, until) for number in range(spec.clients)]
    await asyncio.gather(*clients)
    told.seconds = min(time.perf_counter() - began - spec.warm, spec.seconds)
    return told


async def _client(number: int, spec: Spec, told: Told, began: float, until: float) -> None:
    chance = random.Random(_SEED + number)
    address = (f"127.0.1.{number % 250 + 1}", 0) if sys.platform == "linux" else None
    connector = aiohttp.TCPConnector(limit=1, local_addr=address)
    timeout = aiohttp.ClientTimeout(_PATIENCE)
    await asyncio.sleep(chance.random() * min(max(spec.think, 0.05), spec.warm))
    async with aiohttp.ClientSession(connector=connector, timeout=timeout) as session:
        while (now := time.perf_counter()) < until:
            kind = ASK if chance.random() < spec.asks else SEARCH
            trouble = await _asked(session, spec.urls[kind], chance.choice(spec.questions))
            if now - began >= spec.warm:
                told.took[kind].append((time.perf_counter() - now) * 1000)
                if trouble:
                    told.errors.append(f"{kind}: {trouble}")
            if spec.think:
                pause = min(chance.expovariate(1 / spec.think), _LONGEST_THINKING * spec.think)
                await asyncio.sleep(pause)


async def _asked(session: aiohttp.ClientSession, url: str, question: str) -> str:
    """Ask and read it all; what went wrong, "" for nothing."""
    try:
        async with session.post(url, json={"question": question}) as response:
            body = await response.read()
            if response.status != _OK:
                return f"{response.status} {body[:200].decode(errors='replace')}"
            return "" if json.loads(body) else "an empty answer"
    except (aiohttp.ClientError, TimeoutError, ValueError) as error:
        return f"{type(error).__name__}: {error}"


def main() -> int:
    """Do what the file says."""
    given: dict[str, Any] = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    print(json.dumps(asdict(asyncio.run(work(Spec(**given))))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
