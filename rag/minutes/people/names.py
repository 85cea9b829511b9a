"""The people of a meeting: a closed roster first, open names only where a capital letter shows one.

Every roster name is known by its case forms, short and full forms, surname, patronymic with
initials, and Latin spelling. A form that two people share is one of them, and nobody says which: it
has a name of its own, which the rules take for a person and the minutes leave empty, with a flag.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from rag.minutes.morphology import nominative, parses, reading, singular_forms, surname_forms
from rag.minutes.people.given_names import called, cyrillic_given, is_given_name
from rag.minutes.people.spellings import (
    cyrillic,
    is_patronymic,
    pet_names,
    said_patronymics,
    skeleton,
)
from rag.words import fold, language_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rag.minutes.clauses import Token

_PATRONYMIC = re.compile(
    r"\w{2,}?(?:(?:ович|евич|ьич|ич|ыч)(?:а|у|ем|ом|е)?|(?:овн|евн|ичн|[льн]вн)(?:а|ы|е|у|ой|ою))"
)
_CONTRACTED = re.compile(r"['’](?:s|ll|d)$")
_INITIAL = re.compile(r"\b([^\W\d_])\.")
#: probability of a surname among a word's readings from which a capital makes it one
_LIKELY_SURNAME = 0.3
#: letters that begin every case form of a name, at least and at most looked at
_HEAD = (2, 4)
#: between the names of those who share a form; no name of a file has it
_OR = "\x1f"
_CASE_TAGS = ("nomn", "gent", "datv", "accs", "ablt", "loct", "voct")


class Mention(NamedTuple):
    """A person named by the tokens `first` to `last` (exclusive), and the cases it can stand in.

    `name` is the roster's name, or for an outsider the words in the nominative; English names
    stand in every case. Where several of the roster are called so, it is theirs together; see
    `sharers`.
    """

    first: int
    last: int
    name: str
    cases: frozenset[str]
    known: bool


class _Person(NamedTuple):
    name: str
    given: str
    initials: tuple[str, ...]

    def begins(self, letters: Sequence[str]) -> bool:
        """Whether given name and patronymic begin with these, as far as the roster tells them."""
        patronymics = (word[0] for word in _name_words(self.name) if is_patronymic(word))
        known = self.initials or (self.given[:1], *patronymics)
        return all(one == other for one, other in zip(known, letters, strict=False))


class Roster:
    """The closed list of people, and how to find them in words.

    `cased` False is for a recogniser's text without capitals: names count without one there.
    """

    def __init__(self, names: Iterable[str], *, cased: bool = True) -> None:
        self._cased = cased
        self._people: list[_Person] = []
        self._forms: dict[str, dict[str, set[str]]] = {}
        self._rare: dict[str, dict[str, set[str]]] = {}
        #: pet names by their first letters, and whose they are, until a word begins so
        self._pets: dict[str, list[tuple[str, str]]] = {}
        self._latin: dict[str, set[str]] = {}
        self._labels: dict[str, str] = {}
        for name in _fullest(names):
            self._add(name)
        self.names = tuple(person.name for person in self._people)

    def _add(self, name: str) -> None:
        words = _parts(re.sub(r"\([^)]*\)", "", name)) or [name]
        given = next((w for w in words if is_given_name(w)), words[0])
        initials = tuple(fold(letter) for letter in _INITIAL.findall(name))
        self._people.append(_Person(name, "" if initials else fold(given), initials))
        for word in words:
            folded = fold(word)
            if word != given and is_patronymic(folded):
                self._add_patronymic(folded, name)
                continue
            if re.search("[a-z]", folded):
                self._add_in_cyrillic(word, name, given=word == given)
            keys = called(word) if word == given else {folded}
            for key in keys:
                self._index(key, name, surname=word != given or bool(initials))
            for pet in {pet for key in keys for pet in pet_names(key)} if word == given else ():
                self._pets.setdefault(_head(fold(pet)), []).append((pet, name))
        self._add_logins(words, name)
        if re.search(r"\d", name):
            self._forms.setdefault(fold(name), {}).setdefault(name, set()).add("nomn")

    def _add_patronymic(self, patronymic: str, name: str) -> None:
        """«Михайлович» and «Михалыч» alone call him, where no other has that father's name."""
        for form, case in singular_forms(patronymic) | said_patronymics(patronymic):
            self._rare.setdefault(form, {}).setdefault(name, set()).add(case)

    def _add_in_cyrillic(self, word: str, name: str, *, given: bool) -> None:
        """A name of a Latin list as Russian speech declines it."""
        keys = cyrillic_given(word) if given else frozenset({fold(cyrillic(word))})
        for key in keys:
            self._index(key, name)

    def _add_logins(self, words: Sequence[str], name: str) -> None:
        """«@olegtitov», «@otitov», «@titovo»."""
        keys = [skeleton(word) for word in words if not is_patronymic(fold(word))]
        for one in keys:
            for other in keys:
                if one != other:
                    for login in (one + other, one[0] + other, one + other[0]):
                        self._latin.setdefault(login, set()).add(name)

    def _rarely(self, word: str) -> dict[str, set[str]] | None:
        """Who is called so by a pet name or a patronymic; pet names are declined when met."""
        for length in range(_HEAD[0], _HEAD[1] + 1):
            for pet, name in self._pets.pop(word[:length], ()):
                for form, case in singular_forms(pet):
                    self._rare.setdefault(fold(form), {}).setdefault(name, set()).add(case)
        return self._rare.get(word)

    def _index(self, key: str, name: str, *, surname: bool = False) -> None:
        forms = singular_forms(key) | (surname_forms(key) if surname else set())
        if not re.search("[а-я]", key) or not any(case == "datv" for _, case in forms):
            forms = frozenset((key, case) for case in _CASE_TAGS)  # it does not decline
        for form, case in (*forms, *_short_vocative(key)):
            self._forms.setdefault(fold(form), {}).setdefault(name, set()).add(case)
        self._latin.setdefault(skeleton(key), set()).add(name)

    def canonical(self, label: str | None) -> str | None:
        """The roster's name for a speaker's label; the label itself where nobody fits."""
        if label is None or label in self.names:
            return label
        if label not in self._labels:
            self._labels[label] = self._canonical(label)
        return self._labels[label]

    def _canonical(self, label: str) -> str:
        words = [fold(word) for word in _parts(label)]
        sets = [set(self._forms.get(word) or self._rarely(word) or ()) for word in words]
        common = set.intersection(*sets) if sets else set()
        return next(iter(common)) if len(common) == 1 else label

    def mentions(self, tokens: Sequence[Token]) -> list[Mention]:
        """People named in a row of tokens, left to right."""
        found: list[Mention] = []
        at = 0
        while at < len(tokens):
            mention = self._mention(tokens, at)
            if mention:
                found.append(mention)
            at = mention.last if mention else at + 1
        return found

    def _mention(self, tokens: Sequence[Token], at: int) -> Mention | None:
        token = tokens[at]
        if token.word.startswith("@"):
            return self._login(tokens, at)
        if token.word in _COMMON and not token.capital:
            return None
        people = self._known_by(token)
        after = tokens[at + 1] if at + 1 < len(tokens) else None
        patronymic = after is not None and _PATRONYMIC.fullmatch(after.word) is not None
        if people is None and patronymic and after is not None:
            people = self._by_initials(token.word, after.word)
        if people is None or not (token.capital or len(token.word) > 3 or len(people) == 1):
            if people is not None:
                return None
            return _outsider(
                tokens, at, cased=self._cased or (not patronymic and _is_common(token.word))
            )
        last = at + 2 if patronymic else at + 1
        if not patronymic and after is not None:
            both = set(people) & set(self._forms.get(after.word, {})) if after.capital else set()
            if both:
                last, people = at + 2, {name: people[name] for name in both}
        if len(people) > 1:
            last, people = self._with_initials(tokens, at, last, people)
        cases = frozenset(case for each in people.values() for case in each)
        return Mention(at, last, _OR.join(people), cases, known=True)

    def _known_by(self, token: Token) -> dict[str, set[str]] | None:
        """Who of the roster a word can mean, each with the cases it stands in."""
        word = _CONTRACTED.sub("", token.word)
        found = self._forms.get(word)
        if found is None and (token.capital or not self._cased):
            found = self._rarely(word)
            if found is None and re.fullmatch("[a-z'’-]{3,}", word):
                found = {name: set(_CASE_TAGS) for name in self._latin.get(skeleton(word), ())}
        return found or None

    def shared(self, token: Token) -> tuple[str, ...]:
        """The people that a word can mean where they are several; nobody is named by it alone."""
        found = self._known_by(token) or {}
        return tuple(found) if len(found) > 1 else ()

    def __contains__(self, name: object) -> bool:
        """Whether somebody of the roster is called so, be it one or one of several."""
        return isinstance(name, str) and all(each in self.names for each in name.split(_OR))

    def _login(self, tokens: Sequence[Token], at: int) -> Mention | None:
        parts = [part for part in re.split(r"[@_\d.-]+", tokens[at].word) if len(part) > 1]
        sets = [self._latin.get(skeleton(part), set()) for part in parts]
        hits = set.intersection(*filter(None, sets)) if any(sets) else set()
        if len(hits) != 1:
            return None
        return Mention(at, at + 1, hits.pop(), frozenset(_CASE_TAGS), known=True)

    def _with_initials(
        self, tokens: Sequence[Token], at: int, last: int, people: dict[str, set[str]]
    ) -> tuple[int, dict[str, set[str]]]:
        """«Иванову П. С.»: where the mention ends, and whom of the people the initials leave."""
        end = last
        while end < min(len(tokens), last + 2) and _is_initial(tokens[end]):
            end += 1
        start = at
        while end == last and start > max(0, at - 2) and _is_initial(tokens[start - 1]):
            start -= 1
        said = [token.word for token in (*tokens[start:at], *tokens[last:end])]
        fitting = {
            person.name: people[person.name]
            for person in self._people
            if person.name in people and person.begins(said)
        }
        return (end, fitting) if said and fitting else (last, people)

    def _by_initials(self, given: str, patronymic: str) -> dict[str, set[str]] | None:
        """«Дмитрию Ильичу» for «Савельев Д. И.» where only one pair of initials fits."""
        fitting = [
            person.name
            for person in self._people
            if (
                len(person.initials) > 1
                and (person.initials[0], person.initials[1]) == (given[0], patronymic[0])
            )
            or (len(person.initials) == 1 and person.initials[0] == given[0])
        ]
        cases = {
            case
            for p in parses(given)
            if "Name" in p.grammemes
            for case in _CASE_TAGS
            if case in p.grammemes
        }
        return {fitting[0]: cases or {"nomn"}} if len(fitting) == 1 else None


#: forms of short names that are everyday words unless a capital shows otherwise
_COMMON = frozenset(
    "слава света свет вера лев роман марк майя роза мая рома лис ким мила люба надежда любовь "
    "will mark rose may grace joy hope bill art april june jan august dale dean faith pat sue rob "
    "frank drew chase mike gene norm harry nick jean sandy carol penny ginger basil bea reg ned di "
    "max josh violet holly ivy daisy poppy olive amber heather iris lily ray jack jay jade ruby "
    "pearl sally austin don ken ted val sal mo lou jo kit barry dot guy grant miles lance ash ad "
    "ade al gail hazel robin rusty sonny summer autumn skip tad ed".split()
)


def _is_initial(token: Token) -> bool:
    return token.capital and len(token.word) == 1


def sharers(name: str | None) -> tuple[str, ...]:
    """Those who share the name of a mention, where they are several; () for one person."""
    return tuple(name.split(_OR)) if name and _OR in name else ()


def _head(name: str) -> str:
    """What begins every case form of a name: all but two letters («Санёк», «Санька»)."""
    least, most = _HEAD
    return name[: max(least, min(most, len(name) - 2))]


def _parts(name: str) -> list[str]:
    """The words of a name, a double one and its halves: «Салтыков-Щедрин», "O'Neil"."""
    whole = re.findall(r"[^\W\d_][\w'’-]*\w", name)
    return [word for word in whole if not re.search(r"\d|_", word)]


def _fullest(names: Iterable[str]) -> list[str]:
    """Names without those that one other name contains («Олег» beside «Олег Титов»)."""
    distinct = {name: frozenset(_name_words(name)) for name in names if name}
    bearers: dict[str, set[str]] = {}
    for name, parts in distinct.items():
        for word in parts:
            bearers.setdefault(word, set()).add(name)
    kept = []
    for name, parts in distinct.items():
        having = [
            set().union(*(bearers.get(form, ()) for form in called(word) | {word}))
            for word in parts
        ]
        wider = set.intersection(*having) if having else set()
        wider = {other for other in wider if len(distinct[other]) > len(parts)}
        wider = {other for other in wider if _agree(name, other)}
        if re.search(r"\d", name) or len(wider) != 1:
            kept.append(name)
    return kept


def _name_words(name: str) -> list[str]:
    """The words of a name but its initials, folded."""
    return re.findall(r"[^\W\d_]{2,}", fold(name))


def _agree(name: str, wider: str) -> bool:
    """Whether the initials of a name are among those that a wider name has besides its words."""
    initials = Counter(map(fold, _INITIAL.findall(name)))
    own = Counter(word[0] for word in _name_words(name))
    letters = Counter(word[0] for word in re.findall(r"[^\W\d_]+", fold(wider)))
    return initials <= letters - own or language_of(name) != language_of(wider)


def _short_vocative(key: str) -> tuple[tuple[str, str], ...]:
    """«Рит», «Кать», «Лёш»: how one calls a name in -а, -я."""
    if len(key) < 4 or not key.endswith(("а", "я")) or key.endswith("ия"):
        return ()
    stem = key[:-1]
    if key.endswith("я") and stem[-1] not in "аеиоуыэюя":
        return ((stem + "ь", "voct"),)
    return ((stem, "voct"),)


def _surname(tokens: Sequence[Token], at: int) -> Mention | None:
    """An outsider by surname alone, with a capital inside a sentence («прислать Миллер»)."""
    word = tokens[at].word
    found = [p for p in parses(word) if "Surn" in p.grammemes and "sing" in p.grammemes]
    if not tokens[at].capital or not found or found[0].score < _LIKELY_SURNAME:
        return None
    cases = frozenset(case for p in found for case in _CASE_TAGS if case in p.grammemes)
    name = word if "nomn" in cases else nominative(word)
    return Mention(at, at + 1, name.capitalize(), cases, known=False)


def _is_common(word: str) -> bool:
    """Whether an uncapitalised word is too everyday, or too unlike a name, to be one."""
    if word in _COMMON or not (is_given_name(word) or reading(word, "Name", at_least=0.6)):
        return True
    return bool(re.search("[а-я]", word)) and "Name" not in parses(word)[0].grammemes


def _outsider(tokens: Sequence[Token], at: int, *, cased: bool) -> Mention | None:
    """Somebody outside the roster: a given name with a capital, with a surname if one follows."""
    token = tokens[at]
    if cased and not token.capital:
        return None
    if language_of(token.word) == "en":
        bare = _CONTRACTED.sub("", token.word)
        known = is_given_name(bare)
        return (
            Mention(at, at + 1, bare.capitalize(), frozenset(_CASE_TAGS), known=False)
            if known
            else None
        )
    if at and not is_given_name(token.word) and not reading(token.word, "Name"):
        return _surname(tokens, at)
    readings = [
        p
        for p in parses(token.word)
        if "Name" in p.grammemes and "sing" in p.grammemes and p.score >= 0.05
    ]
    if not readings and not is_given_name(token.word):
        return None
    cases = {case for p in readings for case in _CASE_TAGS if case in p.grammemes} or {"nomn"}
    words = [readings[0].lemma if readings and "nomn" not in cases else token.word]
    last = at + 1
    follows = tokens[last] if last < len(tokens) else None
    adjacent = follows is not None and follows.start - token.end <= 2
    if follows and adjacent and (follows.capital or _PATRONYMIC.fullmatch(follows.word)):
        words.append(follows.word if "nomn" in cases else nominative(follows.word))
        last += 1
        behind = tokens[last] if last < len(tokens) else None
        whole = _PATRONYMIC.fullmatch(follows.word) and behind is not None and behind.capital
        if whole and behind and behind.start - follows.end == 1 and reading(behind.word, "Surn"):
            words.append(behind.word if "nomn" in cases else nominative(behind.word))
            last += 1
    return Mention(
        at, last, " ".join(word.capitalize() for word in words), frozenset(cases), known=False
    )
