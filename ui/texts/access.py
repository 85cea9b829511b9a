"""Words of the way in and out, and of a page that cannot be shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rag.words import Language

_RU = {
    "access_title": "Вход",
    "access_ask": "Документы здесь видит только тот, кто знает пароль.",
    "access_password": "Пароль",
    "access_enter": "Войти",
    "access_wrong": "Пароль не подошёл. Проверьте раскладку и Caps Lock и введите его ещё раз.",
    "access_wait": "Слишком много попыток. Следующая возможна через {}.",
    "access_second": "{} с",
    "access_minute": "{} мин",
    "access_provider": "Документы здесь видят только люди, которых назвал владелец страницы.",
    "access_through": "Войти через {}",
    "access_stranger": "Для {} эта страница закрыта. Попросите владельца открыть её вам"
    " или войдите под другим адресом.",
    "access_nobody": "для этой учётной записи",
    "access_other": "Выйти и войти под другим адресом",
    "access_leave": "Выйти",
    "access_closed": "Страница открыта не тем способом",
    "access_closed_hint": "Запущенная через streamlit run, она не спрашивает пароля и поэтому"
    " показывается только на 127.0.0.1. Запустите её так: rag ui --host {}",
    "access_noscript": "Этой странице нужен JavaScript. Включите его в браузере и обновите её.",
    "broken": "Здесь что-то пошло не так",
    "broken_hint": "Ваши документы целы. Обновите страницу и попробуйте ещё раз; если ошибка"
    " повторится, её место записано там, где запущена программа.",
}
_EN = {
    "access_title": "Sign in",
    "access_ask": "Only those who know the password see the documents here.",
    "access_password": "Password",
    "access_enter": "Sign in",
    "access_wrong": "That is not the password. Check the keyboard layout and Caps Lock, and type it"
    " again.",
    "access_wait": "Too many tries. The next one can be made in {}.",
    "access_second": "{} s",
    "access_minute": "{} min",
    "access_provider": "Only people whom the owner of this page has named see the documents here.",
    "access_through": "Sign in with {}",
    "access_stranger": "This page is closed to {}. Ask its owner to let you in, or sign in with"
    " another address.",
    "access_nobody": "this account",
    "access_other": "Sign out and use another address",
    "access_leave": "Sign out",
    "access_closed": "The page was not started so that it can be shown here",
    "access_closed_hint": "Started with streamlit run it asks for no password, so it is shown on"
    " 127.0.0.1 alone. Start it with: rag ui --host {}",
    "access_noscript": "This page needs JavaScript. Turn it on in the browser, then reload.",
    "broken": "Something went wrong here",
    "broken_hint": "Your documents are safe. Reload the page and try again; if it happens again,"
    " the place of the mistake is written where the program was started.",
}

TEXTS: dict[Language, dict[str, str]] = {"ru": _RU, "en": _EN}
