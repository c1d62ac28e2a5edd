"""Samples of a platform are what a real shop sent, and each says where it comes from."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

TESTS = Path(__file__).resolve().parents[1] / "integrations"
SAMPLES = sorted(TESTS.glob("*/recorded/*.json"))
PRIVATE = re.compile(
    r"\b(ck|cs)_[0-9a-f]{8,}|[\w.]+@(?!example\.(test|com)|shop\.example)[\w-]+\.|gravatar\.com"
    r"|127\.0\.0\.1|localhost|wc_order_(?!k3y)\w+"
)


def _read(path: Path) -> dict[str, Any]:
    sample: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return sample


def test_there_are_samples() -> None:
    assert {sample.parent.parent.name for sample in SAMPLES} == {"woocommerce"}


@pytest.mark.parametrize("path", SAMPLES, ids=lambda each: each.stem)
def test_sample_says_what_was_asked_of_which_version_and_when(path: Path) -> None:
    sample = _read(path)

    assert set(sample) == {"source", "status", "headers", "body"}
    assert set(sample["source"]) == {"woocommerce", "wordpress", "on", "request"}
    assert re.fullmatch(r"\d+\.\d+(\.\d+)?", sample["source"]["woocommerce"])
    assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", sample["source"]["on"])
    assert re.match(r"(GET|POST|PUT|DELETE|webhook) \S", sample["source"]["request"])


@pytest.mark.parametrize("path", SAMPLES, ids=lambda each: each.stem)
def test_sample_names_no_person_key_or_machine(path: Path) -> None:
    assert not PRIVATE.search(path.read_text("utf-8"))
