"""Load on one address by wrk, and what is told of it: rates, latencies, ratios of slices."""

from __future__ import annotations

import json
import re
import statistics
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

CONNECTIONS = 16
LUA = """
math.randomseed(os.time() + tonumber(tostring({{}}):sub(8)) % 1000000)
wrk.method = "POST"
wrk.body = [==[{body}]==]
local headers = {{{headers}}}
local pause = {pause}
request = function()
  for name, kind in pairs({{{fresh}}}) do
    headers[name] = math.random(2^52) .. "-" .. math.random(2^52)
  end
  return wrk.format(nil, nil, headers)
end
if pause > 0 then
  delay = function() return math.floor(pause * (0.5 + math.random())) end
end
done = function(summary, latency)
  io.write(string.format("FIGURES %d %d %d %.3f %.3f\\n", summary.requests, summary.duration,
    summary.errors.status + summary.errors.read + summary.errors.write + summary.errors.timeout,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end
"""


@dataclass(frozen=True, slots=True)
class Request:
    """What is posted: a body, fixed headers, and headers with a fresh value each time."""

    body: str
    headers: Mapping[str, str]
    fresh: tuple[str, ...] = ()

    def script(self, path: Path, *, pause_ms: float = 0.0) -> Path:
        """A wrk script; `pause_ms` is the mean pause of a connection before each request."""
        headers = ", ".join(f"[{json.dumps(k)}] = {json.dumps(v)}" for k, v in self.headers.items())
        fresh = ", ".join(f"[{json.dumps(name)}] = 1" for name in self.fresh)
        text = LUA.format(body=self.body, headers=headers, fresh=fresh, pause=pause_ms)
        path.write_text(text, "utf-8")
        return path


@dataclass(frozen=True, slots=True)
class Slice:
    """One stretch of load: requests a second, median and 99th percentile in milliseconds."""

    per_second: float
    p50: float
    p99: float


def slice_of(url: str, script: Path, seconds: int, connections: int = CONNECTIONS) -> Slice:
    """Load an address for some seconds; raises `RuntimeError` when a request failed."""
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "-s", str(script), url]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = re.search(r"FIGURES (\d+) (\d+) (\d+) (\S+) (\S+)", told)
    if found is None or found[3] != "0":
        raise RuntimeError(f"requests failed: {told}")
    return Slice(int(found[1]) / (int(found[2]) / 1e6), float(found[4]), float(found[5]))


def spread(values: list[float], places: int = 3) -> dict[str, float]:
    """Median and quartiles."""
    low, middle, high = statistics.quantiles(values, n=4)
    return {
        "median": round(middle, places),
        "low": round(low, places),
        "high": round(high, places),
    }
