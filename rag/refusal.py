"""Whether an answer says that the documents do not hold it: in our words or in a model's own."""

from __future__ import annotations

import re

from rag import sentences
from rag.types import REFUSAL

# What models write instead of the words they were asked for. Each pattern must match a whole
# sentence: "no information" inside a real answer is no refusal, nor is what a contract lacks.
_SOURCES_RU = (
    r"(?:(?:ни )?(?:один|одном|одного) из |любом из )?"
    r"(?:(?:предоставленн|представленн|приведенн|данн|указанн|имеющ|доступн|эт|ваш|найденн)\w*\s+)*"
    r"(?:документ|отрывк|текст|контекст|источник|материал|фрагмент)\w*"
)
_SOURCES_EN = (
    r"(?:any of |all of )?(?:the |your |these |this |that )*"
    r"(?:provided |given |supplied |available |retrieved )*"
    r"(?:documents?|passages?|texts?|contexts?|sources?|materials?|excerpts?|information)"
    r"(?: provided| given| available| supplied)?"
)
_PLACE_RU = (
    rf"(?:в|во|среди|из|по|ни в|на основе|на основании|исходя из|судя по|согласно) {_SOURCES_RU}"
)
_MATTER_RU = (
    r"(?:(?:так|эт|нужн|релевантн|необходим|точн|данн|конкретн|прям|достаточн)\w* )*"
    r"(?:информаци|данны|сведени|ответ|упоминани|указани|подробност)\w*"
)
_MATTER_EN = (
    r"(?:(?:such|relevant|specific|enough|sufficient|any|further|direct|clear) )*"
    r"(?:information|answer|data|details?|mention|reference|indication)"
)
#: What goes on with something of substance is an answer.
_TAIL = (
    r"(?:(?!,? (?:но|однако|зато|при этом|поэтому|так что|but|however|although|though|so|when|said"
    r"|says|wrote)\b)[^.;!?])*"
)
_SORRY = (
    r"(?:к сожалению,? |извините,? |простите,? |unfortunately,? |sorry,? |i am sorry,? "
    r"|i'm sorry,? |i apologi[sz]e,? |i'm not sure,? |i am not sure,? )?(?:но |but |as )?"
)
_ABSENT_RU = (
    r"(?:нет|отсутству\w+|(?:ничего )?не (?:содерж|упомина|упомян|указа|указыва|найден|говор|сказан"
    r"|привод|приведен|рассматрива|раскры|уточня|описан|представлен|отражен)\w*|нельзя|невозможно"
    r"|неясно|непонятно|недостаточно)\b"
)
_HOLD_EN = (
    r"(?:contain|mention|provide|include|specify|specifies|say|state|give|answer|have|hold|indicate"
    r"|address|discuss|cover|reveal|explain)s?"
)
_TOLD_EN = (
    r"(?:found|given|provided|available|mentioned|stated|specified|determined|answered|covered"
    r"|discussed|present|contained)"
)
_ANSWER_EN = r"(?:answer|find|determine|tell|say|locate|provide)"
_RUSSIAN = (
    rf"(?:об этом |про это |{_MATTER_RU} (?:об этом |о \w+ )?)?{_PLACE_RU},? (?:\w+ ){{0,4}}?"
    rf"{_ABSENT_RU}{_TAIL}",
    rf"{_SOURCES_RU} (?:\w+ )?не (?:содерж|упомина|отвеча|да[ею]т ответа|указыва)\w*{_TAIL}",
    rf"(?:нет|недостаточно|не найден\w*|отсутству\w+|не хватает) (?:\w+ )?{_MATTER_RU}{_TAIL}",
    rf"{_MATTER_RU} (?:\w+ ){{0,5}}?{_ABSENT_RU}(?: {_PLACE_RU})?",
    rf"(?:я |мне |мы )?не (?:наш\w+|вижу|обнаружил\w*|располагаю|имею|встретил\w*)"
    rf" (?:\w+ ){{0,3}}?{_MATTER_RU}{_TAIL}",
    rf"(?:я |мне |мы )?не (?:могу|смог\w*|удалось|удается) (?:\w+ )?"
    rf"(?:ответить|(?:найти|дать|обнаружить) {_MATTER_RU}){_TAIL}",
    rf"(?:я )?не знаю\b{_TAIL}",
    rf"у меня (?:нет|недостаточно) (?:\w+ )?{_MATTER_RU}{_TAIL}",
    rf"(?:ответить(?: на (?:\w+ )?вопрос)?|(?:это )?(?:определить|установить|сказать)(?: это)?)"
    rf"(?: {_PLACE_RU})? (?:нельзя|невозможно|не представляется возможным)(?: {_PLACE_RU})?",
    rf"(?:этот |данный |ваш )?вопрос (?:\w+ ){{0,4}}?не (?:рассматрива|относит|освеща|раскры)\w*"
    rf"{_TAIL}",
)
_ENGLISH = (
    rf"{_SOURCES_EN} (?:(?:do|does|did) not|don't|doesn't|didn't) (?:\w+ )?{_HOLD_EN}\b{_TAIL}",
    rf"(?:none|neither) (?:of )?{_SOURCES_EN} (?:\w+ )?{_HOLD_EN}\b{_TAIL}",
    rf"{_SOURCES_EN} {_HOLD_EN} (?:no {_MATTER_EN}|nothing (?:about|on|of|regarding))\b{_TAIL}",
    rf"(?:there is|there's|there isn't|there are|i found|i find|i have|i see)"
    rf" (?:no|not|not enough|enough|insufficient) ?{_MATTER_EN}{_TAIL}",
    rf"(?:there is|there's) nothing (?:about|on|regarding|relating to) {_TAIL}",
    rf"(?:this|that|it|(?:the|this|that|such) (?:answer|information|question|detail))"
    rf" (?:(?:is|are|was|can|could)(?: ?not|n't)|can't) (?:be )?(?:{_TOLD_EN} )?"
    rf"(?:in|from|by|with|using|based on) {_SOURCES_EN}",
    rf"(?:(?:it is |this is |that is )?not) {_TOLD_EN}(?: (?:in|by) {_SOURCES_EN})?",
    rf"(?:the |this )?question (?:cannot|can't|can not) be answered{_TAIL}",
    rf"no {_MATTER_EN} (?:\w+ )*?(?:{_TOLD_EN}|in {_SOURCES_EN}){_TAIL}",
    rf"i(?: am|'m| was) (?:unable|not able) to {_ANSWER_EN}\b{_TAIL}",
    rf"(?:i )?(?:cannot|can't|can not|could not|couldn't|am unable to|did not|didn't)"
    rf" {_ANSWER_EN}\b{_TAIL}",
    rf"(?:it is |it's )?(?:not possible|impossible) to (?:answer|determine|tell|say|find|know)\b"
    rf"(?:\s\w+){{0,4}}? (?:from|in|with|using|based on) {_SOURCES_EN}{_TAIL}",
    rf"i (?:do not|don't) (?:know|have (?:access to )?(?:\w+ )?{_MATTER_EN})\b{_TAIL}",
    rf"(?:insufficient|not enough) (?:information|data|context|evidence)\b{_TAIL}",
    r"unanswerable|n/a|no answer|not specified",
)
_BASED = (
    rf"(?:(?:based on|according to|from|given|in) {_SOURCES_EN},? )?"
    rf"(?:(?:на основе|на основании|исходя из) {_SOURCES_RU},? )?"
)
_REFUSING = re.compile(rf"{_SORRY}{_BASED}(?:{'|'.join((*_RUSSIAN, *_ENGLISH))})")
_OFFER = re.compile(
    r"(?:пожалуйста|обратитесь|попробуйте|уточните|рекоменду|если (?:у вас|вам|вы)|предоставьте"
    r"|please|try|if you|you (?:may|can|could|might)|let me know|consider)\b.*"
)
#: Characters; nobody refuses at greater length, and matching long text would be slow.
_LONGEST = 2000
_MARKS = re.compile(r"\[\s*\d+(?:\s*[,;–-]\s*\d+)*\s*\]")


def is_refusal(text: str) -> bool:
    """Whether an answer as a whole says that the documents do not hold it, in either language.

    True for the words of `REFUSAL`, for the ways models usually say so, and for these followed by
    advice. An answer with one sentence of substance is none, nor is an empty one.
    """
    if len(text) > _LONGEST:
        return False
    plain = _MARKS.sub("", text)
    found = [_bare(plain[start:end]) for start, end in sentences.split(plain)]
    found = [sentence for sentence in found if sentence]
    fixed = {_bare(phrase) for phrase in REFUSAL.values()}
    refused = [each in fixed or bool(_REFUSING.fullmatch(each)) for each in found]
    return any(refused) and all(
        said or bool(_OFFER.fullmatch(each)) for said, each in zip(refused, found, strict=True)
    )


def _bare(sentence: str) -> str:
    """A sentence folded, with neither decoration nor the punctuation at its ends."""
    folded = sentence.lower().replace("ё", "е").replace("’", "'")
    return " ".join(re.sub(r"[*_`\"«»“”]", "", folded).split()).strip(" .!?:;-—–")
