"""What a single Russian word is: futures, imperatives, infinitives, promises of others."""

from __future__ import annotations

import re
from functools import lru_cache

from rag.minutes.lexicon import family
from rag.minutes.morphology import analyser, parses, reading

PERFORMATIVES = frozenset({"обещаю", "обязуюсь", "гарантирую", "берусь"})
JOINT_PERFORMATIVES = frozenset({"обещаем", "обязуемся", "гарантируем", "беремся"})
_PREFIXED = re.compile(r"(?:за|от|по|до|на|пере|раз|рас|про|вы|при|об|у|с)\w{3,}[ую]")
PAST = ("VERB", "past")
#: what one can do only when others or the clock allow it: a condition like any other
WAITED_FOR = frozenset(
    "успеть смочь получить найти узнать освободиться дождаться договориться добраться вернуться "
    "закончить разобраться достать дозвониться выбить доехать приехать увидеть встретить".split()
)


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
def present(word: str, person: str, number: str | None = None) -> str | None:
    """Lemma of an imperfective present in that person («еду», «забираю»)."""
    wanted = ["VERB", "impf", "pres", person] + ([number] if number else [])
    found = reading(word, *wanted, at_least=0.3)
    return found.lemma if found else None


@lru_cache(maxsize=50_000)
def infinitive(word: str) -> str | None:
    """Lemma of an infinitive; «есть» is there to be had, not to eat."""
    if word == "есть":
        return None
    found = reading(word, "INFN", at_least=0.3)
    return found.lemma if found else None


@lru_cache(maxsize=50_000)
def imperative(word: str) -> str | None:
    """Lemma of an imperative addressed to others; of «сходи-ка» as of «сходи»."""
    found = reading(word.removesuffix("-ка"), "VERB", "impr", "excl", at_least=0.3)
    return found.lemma if found else None


@lru_cache(maxsize=5_000)
def rare_imperative(word: str) -> str | None:
    """Lemma of an imperative that is more often a noun («полей», «вари», «мети»)."""
    found = reading(word, "VERB", "impr", "excl", "tran")
    return found.lemma if found else None


#: words that can be an imperative and are mostly something else
_RARELY_IMPERATIVE = frozenset(
    "мой мои три пила вали стой или суши пол нашли стали дядь теть мам пап бать коль "
    "пропали попали напали отдали ушли зашли сошли отошли опали упали ели сели встали пали".split()
)


def reading_is_rare(word: str) -> bool:
    """Whether a word that can be an imperative is mostly something else («мой», «три»)."""
    return word in _RARELY_IMPERATIVE


@lru_cache(maxsize=5_000)
def is_unfinished(lemma: str) -> bool:
    """Whether a verb is imperfective: «неси» wants it now, «принеси» wants it done."""
    found = reading(lemma, "INFN")
    return found is not None and "impf" in found.grammemes


#: prefixes that make a perfective of a verb, or of one perfective another
_PREFIX = re.compile(
    r"^(?:пере|подо|пред|при|про|под|над|изо|вы|на|по|до|за|от|об|из|ис|раз|рас|воз|вос|со|у|с|о|в)"
)
#: letters of a stem that two verbs of one root share
_ROOT = 4
#: families of verbs that answer one another: «пришли» — «скину»
_KIN = ("send", "call", "write", "look", "fetch", "bring", "get", "ask", "buy", "do")


@lru_cache(maxsize=20_000)
def _roots(lemma: str) -> frozenset[str]:
    bare = _PREFIX.sub("", lemma)
    longer = _PREFIX.sub("", bare)
    return frozenset(root[:_ROOT] for root in (lemma, bare, longer) if len(root) > _ROOT)


@lru_cache(maxsize=20_000)
def akin(one: str, other: str) -> bool:
    """Whether one verb can answer the other: the same, of the same root, or nearly a synonym."""
    if not one or not other:
        return False
    if one == other or _roots(one) & _roots(other):
        return True
    return any(one in family("ru", kin) and other in family("ru", kin) for kin in _KIN)


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
        "обязываться",
        "обещаться",
        "браться",
        "вписаться",
        "подписаться",
    }
