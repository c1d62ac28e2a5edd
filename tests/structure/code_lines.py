"""Lines of code of the adapters, for docs/adding-a-platform.md: `python -m tests.structure.code_lines`."""

from __future__ import annotations

import ast
import io
import tokenize
from pathlib import Path

INTEGRATIONS = Path(__file__).resolve().parents[2] / "integrations"
NO_CODE = (
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENDMARKER,
)


def code_lines(source: str) -> int:
    """How many lines hold code: no comment, no docstring, not blank."""
    docs = {
        line
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
        for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)
    }
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    lines = {
        line
        for token in tokens
        if token.type not in NO_CODE
        for line in range(token.start[0], token.end[0] + 1)
    }
    return len(lines - docs)


def size_of(folder: str) -> int:
    """Of one room of `integrations`."""
    files = (INTEGRATIONS / folder).rglob("*.py")
    return sum(code_lines(path.read_text("utf-8")) for path in files)


if __name__ == "__main__":
    for path in sorted(INTEGRATIONS.iterdir()):
        if (path / "__init__.py").is_file():
            print(f"{size_of(path.name):5} {path.name}")
