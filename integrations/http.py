"""The only user of `requests`: always a timeout, a size limit, our own errors.

Nothing is retried here; when to try again is the outbox's business. Redirects are not followed,
because a key must not travel to another host.
"""

from __future__ import annotations

import email.utils
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import requests
from requests.adapters import HTTPAdapter

from integrations.errors import Misconfigured, Permanent, Temporary

CONNECT_SECONDS = 5.0
TOTAL_SECONDS = 40.0
"""Below the outbox's lease, so that a call has ended before another worker takes over."""
MAX_BYTES = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer: any status; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300

    def json(self) -> Any:
        """The body as JSON; raises `Temporary(maybe_done=True)` when it is none."""
        try:
            return json.loads(self.body)
        except ValueError as error:
            raise Temporary("the platform answered something that is not JSON") from error


class Http:
    """Calls out with a pooled session per thread. One instance serves a whole process."""

    def __init__(self, *, total_seconds: float = TOTAL_SECONDS, verify: bool | str = True) -> None:
        self._local = threading.local()
        self._total = total_seconds
        self._verify = verify
        self.now = time.monotonic
        self.before_call: Callable[[str, str], None] = lambda method, url: None
        self.after_call: Callable[[str, str], None] = lambda method, url: None

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Let calls of this thread start and end only in the next `seconds`.

        A worker that was frozen past its lease must not send the call it was about to send.
        """
        self._local.ends = self.now() + seconds
        try:
            yield
        finally:
            self._local.ends = None

    def left(self) -> float:
        """Seconds left for a call of this thread; raises `Temporary(maybe_done=False)` when none is."""
        ends: float | None = getattr(self._local, "ends", None)
        left = self._total if ends is None else min(self._total, ends - self.now())
        if left <= 0:
            raise Temporary("the time for this call had passed", maybe_done=False)
        return left

    def _session(self) -> requests.Session:
        session: requests.Session | None = getattr(self._local, "session", None)
        if session is None:
            session = requests.Session()
            session.trust_env = False
            for scheme in ("http://", "https://"):
                session.mount(
                    scheme, HTTPAdapter(pool_connections=8, pool_maxsize=8, max_retries=0)
                )
            self._local.session = session
        return session

    def call(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        auth: tuple[str, str] | None = None,
    ) -> Answer:
        """Send one request and give the answer whatever its status.

        Raises `Temporary(maybe_done=False)` when nothing was sent, `Temporary(maybe_done=True)`
        after a timeout or a cut line, `Misconfigured` for an address that cannot be called,
        `Permanent` for an answer over the size limit of a GET.
        """
        self.before_call(method, url)
        try:
            return self._send(method, url, headers, body, auth)
        except (
            requests.exceptions.InvalidURL,
            requests.exceptions.InvalidSchema,
            requests.exceptions.MissingSchema,
        ) as error:
            raise Misconfigured("the shop's address is not a valid web address") from error
        except requests.exceptions.SSLError as error:
            raise Misconfigured("the shop's certificate is not trusted by this machine") from error
        except (requests.exceptions.ConnectTimeout, requests.exceptions.ProxyError) as error:
            raise Temporary("the shop could not be reached", maybe_done=False) from error
        except requests.exceptions.ConnectionError as error:
            raise Temporary("the line to the shop broke", maybe_done=not _refused(error)) from error
        except requests.exceptions.RequestException as error:
            raise Temporary("the shop did not answer in time") from error
        finally:
            self.after_call(method, url)

    def _send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        body: bytes | None,
        auth: tuple[str, str] | None,
    ) -> Answer:
        left = self.left()
        ends = self.now() + left
        with self._session().request(
            method,
            url,
            headers=dict(headers or {}),
            data=body,
            auth=auth,
            stream=True,
            timeout=(min(CONNECT_SECONDS, left), left),
            allow_redirects=False,
            verify=self._verify,
        ) as answer:
            kept = bytearray()
            for piece in answer.iter_content(65536):
                kept += piece
                if len(kept) > MAX_BYTES:
                    raise Permanent("the shop's answer is too large to read")
                # An answer that is whole is the truth, however late we come to read it.
                if self.now() > ends and answer.raw.length_remaining != 0:
                    raise Temporary("the shop did not finish its answer in time")
            return Answer(
                answer.status_code,
                {name.lower(): value for name, value in answer.headers.items()},
                bytes(kept),
            )


def _refused(error: BaseException) -> bool:
    """True when the connection was never made, so that nothing can have been done."""
    return "NewConnectionError" in repr(error) or "NameResolutionError" in repr(error)


def retry_after(answer: Answer, now: datetime) -> float | None:
    """Seconds named by a `Retry-After` header in either of its forms (RFC 9110, 10.2.3)."""
    value = answer.headers.get("retry-after", "").strip()
    if value.isdigit():
        return float(value)
    try:
        parsed = email.utils.parsedate_to_datetime(value)
    except ValueError:
        return None
    aware = parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
    return max(0.0, (aware - now).total_seconds())
