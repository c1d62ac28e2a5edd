"""Says at the end of a run how many points were tried."""

from __future__ import annotations

from collections import Counter

import pytest


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Add up what the tests here have recorded, also where several processes ran them."""
    counts: Counter[str] = Counter()
    for report in terminalreporter.stats.get("passed", []):
        if "tests/faults/" in report.nodeid and report.when == "call":
            counts.update({name: n for name, n in report.user_properties if isinstance(n, int)})
            counts["variants"] += "test_every_point" in report.nodeid and bool(
                report.user_properties
            )
    if counts["points"]:
        settled = ", ".join(f"{name[1:-1]} {n}" for name, n in counts.items() if name[0] == "(")
        terminalreporter.write_line(
            f"faults: {counts['points']} points tried in {counts['variants']} variants;"
            f" a person had to look: {settled or 'never'}"
        )
