"""A document is dated by its file name or its head, never by a day its prose mentions."""

from __future__ import annotations

import pytest

from rag.readers.dates import date_of


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("2025-11-12 созвон.txt", "", "2025-11-12"),
        ("протокол_05.11.2025.txt", "", "2025-11-05"),
        ("sync-20251112.txt", "", "2025-11-12"),
        ("invoice-20259912.txt", "", None),
        ("a.txt", "Дата: 12.11.2025\nУчастники: все", "2025-11-12"),
        ("a.txt", "Date: 2025-11-12", "2025-11-12"),
        ("a.txt", "**Date:** 10 February 2026", "2026-02-10"),
        ("a.txt", "ПРОТОКОЛ № 3\nот 5 ноября 2025 г.", "2025-11-05"),
        ("a.txt", "Протокол совещания от «5» мая 2025 г.", "2025-05-05"),
        ("a.txt", "Launch sync, Wed 22 Oct 2025\nOn the call: Priya", "2025-10-22"),
        ("a.txt", "Production meeting\nNov 3, 2025", "2025-11-03"),
        ("a.txt", "г. Челны                    05.11.2025", "2025-11-05"),
        ("a.txt", "Дата: 31.02.2025", None),
        ("a.txt", "Без даты\n\nТекст.", None),
        ("2024-01-01.txt", "Дата: 12.11.2025", "2024-01-01"),
        (
            "a.txt",
            "Договорились, что ремонт второго этажа начнётся не позже, чем подрядчик закроет акты "
            "по первому, а это случилось 12.11.2025, как все помнят.",
            None,
        ),
        ("a.txt", "один\nдва\nтри\nчетыре\nпять\nшесть\n12.11.2025", None),
    ],
)
def test_date_of(name: str, text: str, expected: str | None) -> None:
    assert date_of(name, text) == expected
