"""Where talk changes its subject: the parts whose words are likeliest to belong together.

Utiyama, M., Isahara, H. "A statistical model for domain-independent text segmentation", ACL 2001:
the cut of a text into parts for which the sum over parts of -log P(words | part) - log P(part) is
least, P(words | part) from the part's own counts with one added to each word. The best cut is the
shortest path over the gaps (dynamic programming). Here units are turns, a part is no longer than
`LONGEST` words and `MOST_UNITS` units, which makes it linear, and what is said at a gap
(«теперь …», "next") makes a border there cheaper.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

#: content words that one part may hold
LONGEST = 1500
#: units that one part may hold, as many of them may have no content word at all
MOST_UNITS = 500


def parts(
    bags: Sequence[Sequence[str]], cues: Sequence[float], least: int, weight: float
) -> list[int]:
    """The units that begin a part, the first one left out, in order.

    Args:
        bags: The content stems of the units.
        cues: What a border before each unit gains, in units of the cost of a border.
        least: Units that a part holds at least.
        weight: Cost of a border over that of the model: more makes fewer parts.
    """
    count = len(bags)
    total = sum(map(len, bags))
    if count < 2 * least or not total:
        return []
    numbers = {stem: number for number, stem in enumerate({s for bag in bags for s in bag})}
    numbered = [[numbers[stem] for stem in bag] for bag in bags]
    vocabulary = len(numbers)
    steps = [(n + 1) * math.log(n + 2) - n * math.log(n + 1) for n in range(total + 1)]
    border = weight * math.log(total)
    costs = [0.0, *([math.inf] * count)]
    origin = [0] * (count + 1)
    for start in range(count):
        if math.isinf(costs[start]):
            continue
        gain = border * cues[start] if start else 0.0
        base = costs[start] + border - gain
        seen = [0] * vocabulary
        held, logs = 0, 0.0
        for end in range(start + 1, count + 1):
            for stem in numbered[end - 1]:
                logs += steps[seen[stem]]
                seen[stem] += 1
            held += len(bags[end - 1])
            long_enough = end - start >= least
            if long_enough and (end == count or count - end >= least):
                cost = base + held * math.log(held + vocabulary) - logs
                if cost < costs[end]:
                    costs[end], origin[end] = cost, start
            if (held > LONGEST and long_enough) or end - start >= MOST_UNITS:
                break
    return _path(origin)


def _path(origin: Sequence[int]) -> list[int]:
    borders: list[int] = []
    at = origin[-1]
    while at > 0:
        borders.append(at)
        at = origin[at]
    return borders[::-1]
