"""Streamlit's own labels, which know English alone, in the language of the page.

They are fixed in the scripts of the browser: "Upload" on a button, "Send message" for a screen
reader. `labels.js` puts the words of the table in their places, there alone, and names the language
of the page, so that a screen reader speaks it.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

if TYPE_CHECKING:
    from rag.words import Language

_SCRIPT = Path(__file__).with_name("labels.js")
#: In every language: who speaks has a name of our own.
_EVERYWHERE = ("Chat message from {}", "{}")
#: English and Russian; {} stands for what is not words of Streamlit's, such as a name of a file.
_PAIRS = (
    ("Skip to main content", "К содержанию страницы"),
    ("Sidebar", "Боковая панель"),
    ("Collapse sidebar", "Свернуть боковую панель"),
    ("Expand sidebar", "Развернуть боковую панель"),
    ("Main menu", "Меню"),
    ("Link to heading", "Ссылка на заголовок"),
    ("Help for {}", "Пояснение: {}"),
    ("Help", "Пояснение"),
    ("Close", "Закрыть"),
    ("Cancel", "Отменить"),
    ("Running...", "Работаю…"),
    ("Stop script", "Остановить"),
    ("Connecting", "Соединяюсь"),
    ("Connection error", "Нет связи"),
    ("Notifications", "Уведомления"),
    # files
    ("file upload", "выбор файлов"),
    ("Upload", "Выбрать файлы"),
    ("Browse files", "Выбрать файлы"),
    ("Add files", "Добавить файлы"),
    ("Drag and drop files here", "Перетащите файлы сюда"),
    ("Drag and drop file here", "Перетащите файл сюда"),
    ("Drag and drop a file here", "Перетащите файл сюда"),
    ("{}MB per file", "до {} МБ на файл"),
    ("{}GB per file", "до {} ГБ на файл"),
    ("File must be {}MB or smaller.", "Файл должен быть не больше {} МБ."),
    ("File must be {}GB or smaller.", "Файл должен быть не больше {} ГБ."),
    ("Cancel upload of {}", "Прервать загрузку: {}"),
    ("Click to retry upload", "Загрузить ещё раз"),
    ("Remove {}", "Убрать: {}"),
    ("Upload failed", "Не загрузилось"),
    # conversation
    ("Send message", "Отправить"),
    ("Stop", "Остановить"),
    ("Copy to clipboard", "Скопировать"),
    ("Copied!", "Скопировано"),
    ("Copied", "Скопировано"),
    # fields
    ("Choose an option", "Выберите"),
    ("Choose options", "Выберите"),
    ("No options to select", "Выбирать не из чего"),
    ("No results", "Ничего не нашлось"),
    ("Selectbox options", "Что можно выбрать"),
    ("Multiselect options", "Что можно выбрать"),
    ("Selected values", "Выбрано"),
    ("Select all", "Выбрать всё"),
    ("Select {} matches", "Выбрать найденное: {}"),
    ("Clear all", "Снять всё"),
    ("Clear value", "Очистить"),
    ("Clear entry", "Очистить"),
    ("Clear date", "Очистить"),
    ("Clear dates", "Очистить"),
    ("Show password", "Показать пароль"),
    ("Hide password", "Скрыть пароль"),
    ("Press Enter to apply", "Enter — применить"),
    ("Press Enter to submit form", "Enter — отправить"),
    ("Increment", "Больше"),
    ("Decrement", "Меньше"),
    ("Choose date", "Выбрать дату"),
    ("Choose date range", "Выбрать даты"),
    ("Previous month", "Прошлый месяц"),
    ("Next month", "Следующий месяц"),
    ("Pagination", "Страницы списка"),
    ("Page {}", "Страница {}"),
    ("Previous page", "Предыдущая страница"),
    ("Next page", "Следующая страница"),
    ("Scroll tabs left", "Вкладки левее"),
    ("Scroll tabs right", "Вкладки правее"),
    # tables and pictures
    ("Search", "Искать"),
    ("Close Search", "Закрыть поиск"),
    ("Next Result", "Следующее"),
    ("Previous Result", "Предыдущее"),
    ("Fullscreen", "На весь экран"),
    ("Close fullscreen", "Закрыть полный экран"),
    ("Toggle fullscreen", "На весь экран"),
    ("Download as CSV", "Скачать CSV"),
    ("Download as PNG", "Скачать PNG"),
    ("Show/hide columns", "Столбцы"),
    ("Show data", "Показать данные"),
    ("Show chart", "Показать график"),
    ("Copy Vega-Lite spec", "Скопировать описание графика"),
    ("Clear selection", "Снять выделение"),
    ("Add row", "Добавить строку"),
    ("Delete row(s)", "Удалить строки"),
    ("Dataframe column menu", "Меню столбца"),
    ("Sort ascending", "По возрастанию"),
    ("Sort descending", "По убыванию"),
    ("Autosize", "По содержимому"),
    ("Pin column", "Закрепить столбец"),
    ("Unpin column", "Открепить столбец"),
    ("Hide column", "Скрыть столбец"),
    ("Scrollable table", "Таблица с прокруткой"),
    ("empty", "пусто"),
)


def show(language: Language) -> None:
    """Put the labels into a language; an element that shows nothing."""
    st.html(f"<script>{script(language)}</script>", unsafe_allow_javascript=True)


@cache
def script(language: Language) -> str:
    """The script that puts the labels into a language, whatever language they are in."""
    pairs = [_EVERYWHERE, *(pair if language == "ru" else pair[::-1] for pair in _PAIRS)]
    call = f"({json.dumps(language)}, {json.dumps(pairs, ensure_ascii=False)});"
    return f"({_SCRIPT.read_text(encoding='utf-8').strip()}){call}"
