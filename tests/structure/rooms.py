"""The rooms of the house, from the first line of each package: `make rooms` prints the table that
stands in docs/architecture.md."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HEAD = "| room | what is in it |\n|---|---|\n"


def rooms() -> str:
    """A table of all packages of the product, one sentence each."""
    packages = sorted(
        path.parent
        for top in ("service", "integrations", "jobs")
        for path in (ROOT / top).rglob("__init__.py")
    )
    rows = [f"| `{path.relative_to(ROOT)}/` | {_first_line(path)} |" for path in packages]
    return HEAD + "\n".join(rows) + "\n"


def _first_line(package: Path) -> str:
    doc = ast.get_docstring(ast.parse((package / "__init__.py").read_text("utf-8"))) or ""
    return doc.split("\n\n")[0].replace("\n", " ").replace("|", "\\|")


if __name__ == "__main__":
    print(rooms(), end="")
