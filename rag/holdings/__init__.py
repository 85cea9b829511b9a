"""What a library holds, as a person looks it over: each document with what is known of it."""

from __future__ import annotations

from rag.holdings.causes import CAUSES, LOCKED, Cause, cause_of
from rag.holdings.remarks import KINDS, PROBLEMS, Remark, RemarkKind, remark_of
from rag.holdings.rows import ORDERS, Holding, Holdings, Order, Unread, holdings, ordered, sought

__all__ = [
    "CAUSES",
    "KINDS",
    "LOCKED",
    "ORDERS",
    "PROBLEMS",
    "Cause",
    "Holding",
    "Holdings",
    "Order",
    "Remark",
    "RemarkKind",
    "Unread",
    "cause_of",
    "holdings",
    "ordered",
    "remark_of",
    "sought",
]
