"""What the benchmarks must keep to so that they compare like with like."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def pins(name: str) -> dict[str, str]:
    """Package to exact version in a list of constraints."""
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    pairs = (line.split("==") for line in lines if "==" in line)
    return {package.lower(): version for package, version in pairs}


@pytest.mark.parametrize(
    "package", ["numpy", "sentence-transformers", "tokenizers", "torch", "transformers"]
)
def test_all_contenders_run_the_model_with_the_same_packages(package: str) -> None:
    assert pins("constraints-bench.txt")[package] == pins("constraints.txt")[package]
