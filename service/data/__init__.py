"""What ships as files: playbook, policies, texts, zones. The one reader of them."""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def read_file(*path: str) -> str:
    """The text of a shipped file, named by its parts below this folder: `read_file("texts", "en.toml")`."""
    return files("service.data").joinpath(*path).read_text("utf-8")
