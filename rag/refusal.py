"""Whether an answer says that the documents do not hold it: in our words or in a model's own."""

from __future__ import annotations

import re

from rag import sentences
from rag.types import REFUSAL

# What models write instead of the words they were asked for. Each pattern must match a whole
# sentence: "no information" inside a real answer is no refusal.
_SOURCES_RU = (
    r"(?:(?:предоставленн|приведенн|данн|указанн|имеющ|эт|ваш)\w*\s+)*"
    r"(?:документ|отрывк|текст|контекст|источник|материал|фрагмент)\w*"
)
_SOURCES_EN = (
    r"(?:the |your |these |this |any of )*(?:provided |given |supplied |available )*"
    r"(?:documents?|passages?|texts?|contexts?|sources?|materials?|excerpts?)(?: provided| given)?"
)
_MATTER_RU = r"(?:информаци|данн|сведени|ответ|упоминани|указани)\w*"
_MATTER_EN = r"(?:information|answer|data|details?|mention|enough information)"
_TAIL = r"(?:(?!,? (?:но|однако|зато|при этом|but|however|although|though)\b)[^.;!?])*"
_SORRY = (
    r"(?:к сожалению,? |извините,? |unfortunately,? |sorry,? |i am sorry,? |i'm sorry,? )?"
    r"(?:но |but )?"
)
_REFUSING = re.compile(
    rf"{_SORRY}(?:"
    rf"(?:в|во|на основе|исходя из|судя по) {_SOURCES_RU}"
    rf" (?:\w+ ){{0,3}}?(?:нет|отсутству\w+|не содержит\w*|не упомина\w+|не указан\w*"
    rf"|не найден\w*|не говорит\w*|нельзя|невозможно)\b{_TAIL}"
    rf"|(?:{_SOURCES_RU}) не содерж\w+ {_TAIL}"
    rf"|(?:нет|недостаточно|не найден\w*|не нашл\w+|отсутству\w+) (?:\w+ )?{_MATTER_RU}{_TAIL}"
    rf"|{_MATTER_RU} (?:\w+ ){{0,5}}?(?:нет|не найден\w*|отсутству\w+)(?: в {_SOURCES_RU})?"
    rf"|(?:я )?не (?:знаю|могу (?:\w+ )?(?:ответить|найти|дать ответ))\b{_TAIL}"
    rf"|(?:it is |that is |this is )?not (?:in|mentioned in|stated in|found in|specified in)"
    rf" {_SOURCES_EN}"
    rf"|{_SOURCES_EN} (?:do|does|did) not (?:\w+ )?(?:contain|mention|provide|include|specify|say"
    rf"|state|give|answer|have|hold)\b{_TAIL}"
    rf"|{_SOURCES_EN} (?:don't|doesn't) (?:contain|mention|provide|include|specify|say|have)\b"
    rf"{_TAIL}"
    rf"|(?:there is|there's|i found|i find|i have) (?:no|not enough|insufficient) {_MATTER_EN}"
    rf"{_TAIL}"
    rf"|(?:there is|there's) nothing (?:about|on|in) {_TAIL}"
    rf"|no (?:relevant )?{_MATTER_EN} (?:\w+ )*?(?:found|available|provided|in {_SOURCES_EN})"
    rf"{_TAIL}"
    rf"|(?:based on {_SOURCES_EN},? )?(?:i |it is )?(?:cannot|can't|can not|could not|couldn't"
    rf"|am unable to|not possible to|impossible to)"
    rf" (?:be )?(?:answer|find|determine|tell|say|provide)\w*{_TAIL}"
    rf"|i (?:do not|don't) know\b{_TAIL}"
    r")"
)
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
