"""What a single Russian word is: futures, imperatives, infinitives, promises of others."""

from __future__ import annotations

import re
from functools import lru_cache

from rag.minutes.lexicon import family
from rag.minutes.morphology import analyser, parses, reading

PERFORMATIVES = frozenset({"обещаю", "обязуюсь", "гарантирую", "берусь"})
_PREFIXED = re.compile(r"(?:за|от|по|до|на|пере|раз|рас|про|вы|при|об|у|с)\w{3,}[ую]")
PAST = ("VERB", "past")


@lru_cache(maxsize=50_000)
def future(word: str, person: str, number: str | None = None) -> str | None:
    """Lemma of a perfective future in that person; the guesses for slang count in the first."""
    if word in family("ru", "homograph"):
        return None
    wanted = ["VERB", "perf", "futr", person] + ([number] if number else [])
    found = reading(word, *wanted, at_least=0.05)
    if found:
        now = reading(word, "VERB", "pres", person) if analyser().word_is_known(word) else None
        return found.lemma if now is None or now.score <= found.score else None
    first = person == "1per" and number == "sing"
    slang = first and _PREFIXED.fullmatch(word) and not analyser().word_is_known(word)
    if slang and not reading(word, "Name"):
        return parses(word)[0].lemma if reading(word, "VERB") else word
    return None


def glued(word: str) -> str | None:
    """Lemma of «ясделаю»: a pronoun that a recogniser ran into the verb."""
    if word.startswith("я") and len(word) > 5 and not analyser().word_is_known(word):
        return future(word[1:], "1per", "sing")
    return None


@lru_cache(maxsize=50_000)
def infinitive(word: str) -> str | None:
    """Lemma of an infinitive."""
    found = reading(word, "INFN", at_least=0.3)
    return found.lemma if found else None


@lru_cache(maxsize=50_000)
def imperative(word: str) -> str | None:
    """Lemma of an imperative addressed to others."""
    found = reading(word, "VERB", "impr", "excl", at_least=0.3)
    return found.lemma if found else None


def reading_is_rare(word: str) -> bool:
    """Whether a word that can be an imperative is mostly something else («мой», «три»)."""
    return word in {"мой", "мои", "три", "дай", "пила", "вали", "стой", "или", "суши", "пол"}


@lru_cache(maxsize=5_000)
def taking(word: str) -> str | None:
    """Lemma of «беру», «возьму», «забираю»."""
    found = reading(word, "VERB", "1per", "sing", at_least=0.2)
    return (
        found.lemma if found and found.lemma in ("брать", "взять", "забирать", "забрать") else None
    )


@lru_cache(maxsize=5_000)
def promised(word: str) -> bool:
    """Whether a word says that somebody else promised or took on."""
    found = reading(word, *PAST, at_least=0.2) or reading(
        word, "VERB", "pres", "3per", at_least=0.3
    )
    return found is not None and found.lemma in {
        "обещать",
        "пообещать",
        "обязаться",
        "взяться",
        "согласиться",
        "вызваться",
        "подрядиться",
    }
