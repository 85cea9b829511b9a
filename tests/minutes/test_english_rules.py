"""The tables of English: every row's example and counter-example go through `extract`."""

from __future__ import annotations

import re
from importlib import resources

import pytest

from rag.minutes import extract
from rag.minutes.english.asks import open_call
from rag.minutes.english.rules import RULES
from rag.minutes.lexicon import families
from rag.minutes.turns import find_turns
from rag.types import Document, Promise

HEAD = "Present: Nina Holt, Paul Reed, Tom Walsh, Dana Kim\n\nNina: Hello.\nPaul: Hello.\n"
SPEAKERS = ("Nina", "Paul")
FAMILIES = families("en")

#: families whose example is a promise and whose counter-example is none
GIVING = (
    "commit commit_ing progressive taking must try might let_me offer offer_ask offer_ing deliver "
    "to_all joint ask ask_ing told told_ing need_thing ask_thing duty motion open_call take_on "
    "mine assent strong_yes no_is_yes mine_answer phrasal intransitive unspecific wanted "
    "promise_verb will_do does office polite_condition adverb verb question_word duty_noun"
).split()
#: families whose example is none and whose counter-example is a promise
REJECTING = (
    "not_delivered refusal refusal_phrase in_meeting maybe_meeting meeting_thing stative threat "
    "idiom vague_joint ability away wish habit now gone doubt reporting ask_noise cancel "
    "cancel_whole cancel_phrase"
).split()
#: families that tell whom an act is for: the example names one, the counter-example does not
RECIPIENTS = "transfer ditransitive object_call person_noun body_noun".split()
#: families of verbs for one act: the example takes up the request, the counter-example adds to it
KINDRED = "contact acquire deliver_to compose".split()


def _live(talk: str) -> tuple[Promise, ...]:
    """The promises left standing by turns parted by " / ", Nina's and Paul's by turns."""
    lines = [
        turn if re.match(r"(?:Nina|Paul): ", turn) else f"{SPEAKERS[at % 2]}: {turn}"
        for at, turn in enumerate(talk.split(" / "))
    ]
    text = HEAD + "\n".join(lines)
    turns = find_turns(text)
    document = Document("0", "t", text, turns=turns, kind="meeting", date="2025-11-12")
    promises = extract(document).promises
    for promise in promises:
        assert text[promise.start : promise.end] == promise.quote
        assert promise.what in text
    return tuple(p for p in promises if p.status in ("open", "conditional"))


def _rules() -> dict[str, tuple[str, str]]:
    table = resources.files("rag.minutes").joinpath("data").joinpath("rules_en.tsv")
    rows = [row.split("\t") for row in table.read_text("utf-8").splitlines() if row[0] != "#"]
    return {name: (example, counter) for name, example, counter in rows}


def test_every_rule_has_a_row() -> None:
    assert set(_rules()) == {rule.__name__ for rule in (*RULES, open_call)}


@pytest.mark.parametrize("name", list(_rules()))
def test_a_rule_finds_its_example_and_leaves_its_counter_example(name: str) -> None:
    example, counter = _rules()[name]
    assert _live(example)
    assert _live(counter) == ()


@pytest.mark.parametrize("name", GIVING)
def test_a_giving_family_gives_a_promise(name: str) -> None:
    assert _live(FAMILIES[name].example)
    assert _live(FAMILIES[name].counter) == ()


@pytest.mark.parametrize("name", REJECTING)
def test_a_rejecting_family_takes_one_away(name: str) -> None:
    assert _live(FAMILIES[name].example) == ()
    assert len(_live(FAMILIES[name].counter)) == 1


@pytest.mark.parametrize("name", RECIPIENTS)
def test_a_family_of_recipients_tells_whom_an_act_is_for(name: str) -> None:
    (example,), (counter,) = _live(FAMILIES[name].example), _live(FAMILIES[name].counter)
    assert example.to_whom is not None
    assert counter.to_whom is None


@pytest.mark.parametrize("name", KINDRED)
def test_kindred_verbs_take_up_one_request(name: str) -> None:
    assert len(_live(FAMILIES[name].example)) == 1
    assert len(_live(FAMILIES[name].counter)) == 2


SLOTS = [
    ("I'll send the login to Dana tomorrow.", "Nina Holt", "Dana Kim", "send the login"),
    ("I'll send everyone the link.", "Nina Holt", "ALL", "send everyone the link"),
    ("I'll give the plumber a ring.", "Nina Holt", "the plumber", "give the plumber a ring"),
    ("I met Dana. I'll send her the forms.", "Nina Holt", "Dana Kim", "send her the forms"),
    ("Copy me in, would you? / Course.", "Paul Reed", "Nina Holt", "Copy me in"),
    ("Paul, send us the list. / OK.", "Paul Reed", "WE", "send us the list"),
    ("I'll get Tom to order the banner.", "Nina Holt", None, "get Tom to order the banner"),
    ("You'll have the figures on Monday.", "Nina Holt", "Paul Reed", "have the figures"),
    ("Tom will collect the van on Friday.", "Tom Walsh", None, "collect the van"),
    ("The permit I'll renew by Friday.", "Nina Holt", None, "The permit I'll renew"),
]


@pytest.mark.parametrize(("talk", "who", "to_whom", "what"), SLOTS)
def test_the_slots_of_a_promise(talk: str, who: str, to_whom: str | None, what: str) -> None:
    (promise,) = _live(talk)
    assert (promise.who, promise.to_whom, promise.what) == (who, to_whom, what)


ANSWERS = [
    ("Paul, could you send the list? / First thing tomorrow, I promise.", "First thing tomorrow"),
    ("Paul, could you send the list? / Tomorrow, I'm in anyway. Consider it done.", "Tomorrow"),
    ("Paul, could you send the list? / Would Friday do? / Perfect.", "Friday"),
    ("Paul, could you send the list? / Can we make it Friday? / Sure.", "Friday"),
    ("Paul, could you send the list? / I can't before Monday. / Monday's fine.", "Monday"),
    ("Paul, could you send the list? / Will do. Is Monday all right? / Yes.", "Monday"),
    ("Paul, would you mind sending the list? / No, that's fine.", None),
    ("Could one of you send the list? / I can do that. You'll have it by Friday.", "by Friday"),
    ("Paul, could you let me have the list? / Sure, I'll pop it in the post.", None),
    ("Nina: Stop printing the list. / Paul: Consider the trees saved.", None),
    ("I'm in town Thursday, so I'll drop the list off.", "Thursday"),
    ("I'll send the list. Should be done by Friday.", "by Friday"),
    ("The list is on me. I'll have it printed by Friday.", "by Friday"),
]


@pytest.mark.parametrize(("talk", "day"), ANSWERS)
def test_an_answer_is_one_promise_with_its_day(talk: str, day: str | None) -> None:
    (promise,) = _live(talk)
    assert (promise.when.raw if promise.when else None) == day


MOVED = [
    ("I'll send the list on Tuesday, actually make that Thursday.", "Thursday"),
    ("I'll send the list on Tuesday. Sorry, Thursday.", "Thursday"),
    ("I'll send it Tuesday. / Ok. / Tuesday's no good, it has to be Thursday. / Fine.", "Thursday"),
    ("I'll send it Tuesday. / Ok. / Tuesday's no good, it has to be Thursday. / No.", "Tuesday"),
]


@pytest.mark.parametrize(("talk", "day"), MOVED)
def test_a_day_is_put_right(talk: str, day: str) -> None:
    (promise,) = _live(talk)
    assert promise.when is not None
    assert promise.when.raw == day


NO_PROMISES = [
    "Paul, could you send the list? / Would Friday do? / It's raining.",
    "Paul, could you send the list? / Would Friday do? / No, that's too late.",
    "Paul, could you send the list? / Not this week.",
    "Paul, would you mind sending the list? / I do mind, actually.",
    "Paul, let me have a think. / Sure.",
    "Stop shouting, Paul. / Sorry.",
    "I'm painting my bathroom on Saturday.",
    "I'm driving past there on Thursday.",
    "I'll fix it with a spoon.",
    "Paul, buy that child drums. / I will sue.",
    "Tom books the van every year.",
]


@pytest.mark.parametrize("talk", NO_PROMISES)
def test_what_is_not_taken_on_is_no_promise(talk: str) -> None:
    assert _live(talk) == ()


def test_two_who_act_together_have_a_promise_each() -> None:
    for talk in ("Tom and I will buy the tent.", "Me and Tom are going to buy the tent."):
        assert {p.who for p in _live(talk)} == {"Nina Holt", "Tom Walsh"}


def test_a_recap_gives_everybody_his_own() -> None:
    told = _live("So, Nina orders the cake by Friday, Paul prints the flyers, and Tom books a van.")
    assert [(p.who, p.when.raw if p.when else None) for p in told] == [
        ("Nina Holt", "by Friday"),
        ("Paul Reed", None),
        ("Tom Walsh", None),
    ]


CONDITIONS = [
    ("If the grant comes through, I'll order the tent.", "If the grant comes through"),
    ("I'll order the tent as soon as Dana signs.", "as soon as Dana signs"),
    ("I'll order the tent unless Dana objects.", "unless Dana objects"),
    ("I'll order the tent. If Dana signs.", "If Dana signs"),
    ("Could you order the tent? / If Dana signs, yes.", "If Dana signs"),
    ("I'll order the tent, if that's okay.", None),
    ("I'll call Tom, and if that fails we wait.", None),
]


@pytest.mark.parametrize(("talk", "condition"), CONDITIONS)
def test_a_condition_belongs_to_the_act_beside_it(talk: str, condition: str | None) -> None:
    (promise,) = _live(talk)
    assert promise.condition == condition
    assert promise.status == ("conditional" if condition else "open")


DAYS = [
    ("Thursday I'll order the tent.", "2025-11-13"),
    ("I'll order it first thing Monday.", "2025-11-17"),
    ("I'll come out Thursday and check the tent.", "2025-11-13"),
    ("I'll order the tent. Monday at the latest.", "2025-11-17"),
    ("I can do the tent. Give me till Monday. / Please.", "2025-11-17"),
    ("Could you order the tent? / Friday.", "2025-11-14"),
]


@pytest.mark.parametrize(("talk", "day"), DAYS)
def test_a_day_is_found_where_it_is_said(talk: str, day: str) -> None:
    (promise,) = _live(talk)
    assert promise.when is not None
    assert promise.when.end == day


def test_two_things_have_a_day_each() -> None:
    slides, notes = _live("I'll send the slides tomorrow and the notes on Friday.")
    assert slides.when is not None
    assert notes.when is not None
    assert (slides.what, slides.when.end) == ("send the slides", "2025-11-13")
    assert (notes.what, notes.when.end) == ("the notes", "2025-11-14")
