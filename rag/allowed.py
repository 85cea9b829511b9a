"""What settings may be: the ranges of numbers, and words to choose from."""

from __future__ import annotations

from rag.embed.options import BACKENDS, DTYPES

#: The least and the greatest a number may be, both inclusive.
RANGES: dict[str, tuple[float, float]] = {
    "dimension": (0, 65_536),
    "window": (0, 100_000_000),
    "max_tokens": (1, 1_000_000),
    "temperature": (0.0, 2.0),
    "top_p": (0.0, 1.0),
    "repetition_penalty": (0.1, 10.0),
    "seed": (0, 2**32 - 1),
    "server_seconds": (0.1, 86_400.0),
    "passages": (1, 100),
    "workers": (0, 64),
    "max_upload_mb": (1, 10_000),
    "serve_body_kb": (1, 1_000_000),
    "serve_connections": (1, 100_000),
    "serve_rate": (0, 1_000_000),
    "serve_question": (1, 20_000),
    "serve_answers": (0, 1_000),
    "serve_queue": (0, 100_000),
    "serve_wait_seconds": (0.0, 3600.0),
    "serve_upload_files": (1, 100_000),
    "serve_jobs": (1, 100_000),
    "serve_jobs_kept": (1, 1_000_000),
    "serve_jobs_days": (0.0, 36_500.0),
    "serve_receive_seconds": (1.0, 3600.0),
    "serve_drain_seconds": (0.0, 3600.0),
    "read_memory_mb": (64, 1_000_000),
    "read_seconds": (1.0, 86_400.0),
    "read_page_seconds": (0.0, 3600.0),
    "read_ocr_page_seconds": (1.0, 3600.0),
    "read_member_seconds": (0.0, 3600.0),
    "read_characters": (1_000, 1_000_000_000),
    "read_nesting": (0, 20),
    "read_members": (1, 10_000_000),
    "read_unpacked_mb": (1, 1_000_000),
    "read_pages": (1, 1_000_000),
}
#: The words a setting may be.
CHOICES: dict[str, tuple[str, ...]] = {
    "ocr": ("auto", "always", "never"),
    "dtype": DTYPES,
    "backend": BACKENDS,
    "quantize": ("none", "int8", "4bit"),
}
