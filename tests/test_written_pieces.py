"""Text out of token ids as they come, and the strings that end it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rag.models.pieces import Detokenizer, Stops

LETTERS = st.text(alphabet="abcяё€😀 \n", max_size=40)


def bytes_to_text(ids: list[int]) -> str:
    return bytes(ids).decode("utf-8", "replace")


def words_to_text(ids: list[int]) -> str:
    """As sentencepiece decodes: a space before every word but the first one of a text."""
    return " ".join(f"w{each}" for each in ids)


def pieces_of(text: str, sizes: list[int]) -> list[str]:
    """The text cut at these lengths, again and again."""
    pieces, at = [], 0
    while at < len(text):
        size = sizes[len(pieces) % len(sizes)]
        pieces.append(text[at : at + size])
        at += size
    return pieces


@given(LETTERS)
def test_a_character_is_given_once_its_bytes_are_whole(text: str) -> None:
    detokenizer = Detokenizer(bytes_to_text)
    pieces = [detokenizer.add(each) for each in text.encode()]
    assert "".join(pieces) == text
    assert all("\ufffd" not in piece for piece in pieces)
    assert detokenizer.end() == ""


@given(st.lists(st.integers(0, 9), max_size=20))
def test_a_decoder_that_treats_the_first_token_in_its_own_way_is_followed(ids: list[int]) -> None:
    detokenizer = Detokenizer(words_to_text)
    assert "".join([*map(detokenizer.add, ids), detokenizer.end()]) == words_to_text(ids)


def test_bytes_that_never_become_a_character_hold_nothing_up() -> None:
    detokenizer = Detokenizer(bytes_to_text)
    pieces = [detokenizer.add(0xFF) for _ in range(100)]
    assert len("".join(pieces)) > 80


def test_a_piece_costs_the_same_however_long_the_text_is() -> None:
    longest = 0

    def decode(ids: list[int]) -> str:
        nonlocal longest
        longest = max(longest, len(ids))
        return bytes_to_text(ids)

    detokenizer = Detokenizer(decode)
    for each in "Поставка до пятницы. ".encode() * 50:
        detokenizer.add(each)
    assert longest < 16


@given(LETTERS, st.lists(st.text("abяё \n", min_size=1, max_size=4), max_size=3), st.data())
def test_a_text_ends_before_the_first_stop_string_however_it_comes(
    text: str, strings: list[str], data: st.DataObject
) -> None:
    sizes = data.draw(st.lists(st.integers(1, 5), min_size=1, max_size=4))
    stops, out = Stops(strings), ""
    for piece in pieces_of(text, sizes):
        out += stops.add(piece)
        if stops.met:
            break
    out += stops.end()
    places = [at for each in strings if (at := text.find(each)) >= 0]
    assert stops.met == bool(places)
    if not places:
        assert out == text
    else:  # of two that overlap the one that is whole first counts
        assert out in {text[:at] for at in places}
        assert not any(each in out for each in strings)


def test_the_beginning_of_a_stop_string_is_held_back_until_it_turns_out_to_be_none() -> None:
    stops = Stops(["\nQuestion:"])
    assert stops.add("Friday.\nQue") == "Friday."
    assert stops.add("en") == "\nQueen"
    assert stops.add("\nQuestion") == ""
    assert not stops.met
    assert stops.add(": and") == ""
    assert stops.met
