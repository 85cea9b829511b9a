"""Words of the field for files and of what becomes of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rag.words import Language

_RU = {
    "drop": "Добавить файлы (до {} МБ каждый)",
    "kinds": "PDF, Word, Excel, PowerPoint, OpenDocument, письма, книги, веб-страницы, текст,"
    " субтитры, снимки страниц, архивы, выгрузка чата Telegram.",
    "intake_folder": "Целая папка, виды файлов",
    "intake_whole_folder": "Добавить папку целиком",
    "waiting": "ждёт очереди",
    "reading": "читаю…",
    "indexing": "вношу в библиотеку…",
    "held": "жду: в библиотеку пишет другая программа",
    "added": "добавлен",
    "changed": "прочитан заново",
    "unchanged": "уже есть в библиотеке",
    "intake_pages": "страниц: {}",
    "intake_pages_of": "страница {} из {}",
    "intake_speed": "{:.0f} в секунду",
    "intake_progress": "Чтение файла {}",
    "intake_there": "В библиотеке: {}",
    "intake_not_taken": "не взято: {}",
    "intake_moving": "читается: {}",
    "intake_holds": "документов внутри: {}",
    "intake_called": "в библиотеке: {}",
    "intake_read_as": "по содержимому это {}, так и прочитан",
    "intake_unread": "внутри не удалось прочитать: {}",
    "intake_more": "Остальные файлы: {}",
    "intake_clear": "Убрать готовое из списка",
    "intake_dismiss": "Убрать из списка",
    "intake_cancel": "Не читать",
    "intake_retry": "Попробовать ещё раз",
    "intake_password": "Пароль к файлу",
    "intake_unlock": "Открыть",
    "intake_refused": "не взят. {}",
    "why_empty": "не взят: файл пустой. Проверьте его в программе, где он создан.",
    "why_program": "не взят: это программа, а не документ.",
    "why_media": "не взят: это звук, видео или картинка, которую здесь не прочитать."
    " Для записи встречи нужна расшифровка: текст, VTT или SRT.",
    "why_unknown": "не взят: такие файлы здесь не читаются. Сохраните его как PDF, DOCX или текст.",
    "why_mismatch": "не взят: по названию это другой файл, а внутри обычный текст."
    " Переименуйте его в .txt и перетащите снова.",
    "why_mismatch_unknown": "не взят: внутри не то, что обещает название. Сохраните файл заново"
    " в программе, где он создан.",
    "why_size": "не взят: файл больше разрешённого. Разделите его или увеличьте max_upload_mb"
    " в настройках.",
    "why_storage": "не взят: записать на диск не удалось. Освободите место или проверьте права на"
    " папку библиотеки и перетащите снова.",
    "why_library": "не удалось внести в библиотеку: {}",
}
_EN = {
    "drop": "Add files (up to {} MB each)",
    "kinds": "PDF, Word, Excel, PowerPoint, OpenDocument, mail, books, web pages, text, captions,"
    " pictures of pages, archives, a Telegram chat export.",
    "intake_folder": "A whole folder, kinds of files",
    "intake_whole_folder": "Add a whole folder",
    "waiting": "waits for its turn",
    "reading": "reading…",
    "indexing": "taking it into the library…",
    "held": "waiting: another program writes to the library",
    "added": "added",
    "changed": "read anew",
    "unchanged": "already in the library",
    "intake_pages": "pages: {}",
    "intake_pages_of": "page {} of {}",
    "intake_speed": "{:.0f} a second",
    "intake_progress": "Reading of {}",
    "intake_there": "In the library: {}",
    "intake_not_taken": "not taken: {}",
    "intake_moving": "on their way: {}",
    "intake_holds": "documents in it: {}",
    "intake_called": "in the library: {}",
    "intake_read_as": "its bytes are {}, and it was read as that",
    "intake_unread": "could not be read in it: {}",
    "intake_more": "Other files: {}",
    "intake_clear": "Clear what is done",
    "intake_dismiss": "Remove from the list",
    "intake_cancel": "Do not read it",
    "intake_retry": "Try again",
    "intake_password": "Password of the file",
    "intake_unlock": "Open it",
    "intake_refused": "not taken. {}",
    "why_empty": "not taken: the file is empty. Look at it in the program that it is from.",
    "why_program": "not taken: it is a program and no document.",
    "why_media": "not taken: it is sound, film or a picture that cannot be read here."
    " Of a recorded meeting, drop the transcript: text, VTT or SRT.",
    "why_unknown": "not taken: such files are not read here. Save it as PDF, DOCX or text.",
    "why_mismatch": "not taken: its name says something else, but it is plain text inside."
    " Rename it to .txt and drop it again.",
    "why_mismatch_unknown": "not taken: its bytes are not what its name says. Save it anew in the"
    " program that it is from.",
    "why_size": "not taken: it is larger than allowed. Split it, or raise max_upload_mb in the"
    " settings.",
    "why_storage": "not taken: the disk could not be written. Free some space, or check the"
    " permissions of the library's folder, and drop it again.",
    "why_library": "could not be taken into the library: {}",
}

TEXTS: dict[Language, dict[str, str]] = {"ru": _RU, "en": _EN}
