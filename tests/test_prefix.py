"""Which cache of an earlier prompt is taken for the next one, and how much of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from rag.models.prefix import LEAST, Prefixes


@dataclass
class Cache:
    """Of so many tokens."""

    length: int
    is_croppable: bool = True
    is_linear: tuple[bool, ...] = (False,)
    layers: list[Any] = field(default_factory=list)

    def crop(self, by: int) -> None:
        assert by <= 0
        self.length += by

    def get_seq_length(self) -> int:
        return self.length


def prompt(kind: int, *rest: int) -> list[int]:
    return [kind] * 40 + list(rest)


def test_of_two_prompts_that_alternate_each_finds_its_own_beginning() -> None:
    prefixes = Prefixes()
    for turn in range(3):
        for kind in (1, 2):
            ids = prompt(kind, 7, turn, 8)
            cache = prefixes.take(ids)
            assert cache is None if turn == 0 else cache.length == 41
            prefixes.keep([*ids, 9], Cache(43))


def test_the_oldest_prompt_goes_before_a_third_is_read() -> None:
    prefixes = Prefixes()
    for kind in (1, 2):
        prefixes.keep(prompt(kind), Cache(40))
    assert prefixes.take(prompt(3, 5)) is None
    assert prefixes.take(prompt(1, 5)) is None
    prefixes.keep(prompt(2), Cache(40))
    assert prefixes.take(prompt(2, 5)) is not None


def test_a_token_is_always_left_to_be_read_and_short_beginnings_are_not_kept() -> None:
    prefixes = Prefixes()
    prefixes.keep(prompt(1), Cache(40))
    cache = prefixes.take(prompt(1))
    assert cache is not None
    assert cache.length == 39
    prefixes.keep([1] * (LEAST - 1), Cache(LEAST - 1))
    assert prefixes.take([1] * 99) is None
    for uncut in (Cache(40, is_croppable=False), Cache(40, is_linear=(False, True))):
        prefixes.keep(prompt(1), uncut)
        assert prefixes.take(prompt(1, 2)) is None
