"""The only user of `requests`: always a timeout, a size limit, our own errors.

Nothing is retried here; when to try again is the outbox's business. Redirects are not followed,
because a key must not travel to another host.
"""

from __future__ import annotations

import email.utils
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.auth import HTTPBasicAuth
from requests.exceptions import (
    ConnectTimeout,
    ContentDecodingError,
    InvalidSchema,
    InvalidURL,
    MissingSchema,
    ProxyError,
    Timeout,
)
from requests.utils import should_bypass_proxies
from urllib3.util.ssl_ import create_urllib3_context

from integrations import json_input, time_limits
from integrations.connections import Call, EncryptedPool, Pool, current
from integrations.errors import AdapterError, CallOutcome, Misconfigured, Permanent, Temporary
from integrations.network import CONNECT_SECONDS, Network
from integrations.sentence import N_

PROGRAM = "Makegood"
TOTAL_SECONDS = time_limits.HTTP_CALL
"""Below the outbox's lease, so that a call has ended before another worker takes over."""
MAX_BYTES = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Response:
    """A whole answer: any status; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300

    def json(self) -> Any:
        """The body as JSON; raises `Temporary`, outcome unknown, when it is none."""
        try:
            return json_input.read(self.body)
        except (ValueError, RecursionError) as error:
            raise Temporary("the platform answered something that is not JSON") from error


@dataclass(slots=True)
class Meter:
    """Calls made, as the platform counts them."""

    calls: float = 0.0


class _Adapter(HTTPAdapter):
    """Connections of `integrations.connections`, straight or through a proxy."""

    def __init__(self, network: Network) -> None:
        self._network = network
        super().__init__(pool_connections=8, pool_maxsize=8, max_retries=0)

    def init_poolmanager(
        self, connections: int, maxsize: int, block: bool = False, **kwargs: Any
    ) -> None:
        super().init_poolmanager(connections, maxsize, block, **self._trusting(kwargs))
        self._use_pools(self.poolmanager)

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(proxy, **self._trusting(kwargs))
        self._use_pools(manager)
        return manager

    def _trusting(self, kwargs: dict[str, Any]) -> dict[str, Any]:
        if not self._network.ca_file:
            return kwargs
        return {**kwargs, "ssl_context": self._network.trust(create_urllib3_context())}

    @staticmethod
    def _use_pools(manager: Any) -> None:
        manager.pool_classes_by_scheme = {"http": Pool, "https": EncryptedPool}


class _Session(requests.Session):
    """Takes an answer as it is: no redirect is read ahead, and no cookie of a shop is kept, which
    its neighbours under one domain would be sent too."""

    def __init__(self) -> None:
        super().__init__()
        self.trust_env = False
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=()))

    def get_redirect_target(self, resp: requests.Response) -> None:
        """None: `requests` would read all of a redirect, and its address, without being asked to
        follow it."""


class Http:
    """Calls out with a pooled session per thread. One instance serves a whole process.

    `proxy` is the web address of a forward proxy; hosts in `no_proxy`, written as in the usual
    environment variable, are called past it.
    """

    def __init__(
        self,
        *,
        total_seconds: float = TOTAL_SECONDS,
        verify: bool | str = True,
        network: Network | None = None,
        proxy: str = "",
        no_proxy: str = "",
        user_agent: str = PROGRAM,
    ) -> None:
        self._local = threading.local()
        self._total = total_seconds
        self._verify = verify
        self._proxy = proxy
        self._no_proxy = no_proxy
        self._user_agent = user_agent
        self.network = network or Network()
        self.now = time.monotonic
        self.before_call: Callable[[str, str], None] = lambda method, url: None
        self.after_call: Callable[[str, str], None] = lambda method, url: None

    @contextmanager
    def within(self, seconds: float) -> Iterator[Meter]:
        """Let calls of this thread start and end only in the next `seconds`; gives what counts them.

        A worker that was frozen past its lease must not send the call it was about to send.
        """
        self._local.ends, self._local.meter = self.now() + seconds, Meter()
        try:
            yield self._local.meter
        finally:
            self._local.ends = self._local.meter = None

    def cost(self, calls: float) -> None:
        """Count this thread's last call as so many more or fewer: a platform says what it has cost."""
        if meter := getattr(self._local, "meter", None):
            meter.calls += calls

    def left(self) -> float:
        """Seconds left for a call of this thread; raises `Temporary`, nothing done, when none is."""
        ends: float | None = getattr(self._local, "ends", None)
        left = self._total if ends is None else min(self._total, ends - self.now())
        if left <= 0:
            raise Temporary("the time for this call had passed", outcome="not_done")
        return left

    def _session(self) -> requests.Session:
        session: requests.Session | None = getattr(self._local, "session", None)
        if session is None:
            session = _Session()
            session.headers["User-Agent"] = self._user_agent
            for scheme in ("http://", "https://"):
                session.mount(scheme, _Adapter(self.network))
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
    ) -> Response:
        """Send one request and give the answer whatever its status.

        Raises `Misconfigured` for an address that cannot be called and for a certificate that fails
        verification, both before anything was sent; `Permanent` for an answer to a GET over the size
        limit; `Temporary` for everything else, with the outcome "not_done" where nothing was sent or
        nothing was to be changed, and "unknown" from the first byte of another request on.
        """
        self.before_call(method, url)
        call = Call(self.network, self.now() + self.left(), self.now)
        self.cost(1)
        token = current.set(call)
        try:
            return self._send(call, method, url, headers=dict(headers or {}), body=body, auth=auth)
        except (requests.exceptions.RequestException, TimeoutError) as error:
            raise _ours(error, method, call) from error
        finally:
            current.reset(token)
            self.after_call(method, url)

    def _send(
        self,
        call: Call,
        method: str,
        url: str,
        *,
        headers: dict[str, str],
        body: bytes | None,
        auth: tuple[str, str] | None,
    ) -> Response:
        left = call.ends - self.now()
        with self._session().request(
            method,
            url,
            headers=headers,
            data=body,
            # Left to itself, requests writes Latin-1 and fails at a name it has no letters for.
            auth=auth and HTTPBasicAuth(*map(str.encode, auth)),
            stream=True,
            timeout=(min(CONNECT_SECONDS, left), left),
            allow_redirects=False,
            verify=self._verify,
            proxies=self._proxies(url),
        ) as response:
            kept = bytearray()
            for piece in response.iter_content(65536):
                kept += piece
                if len(kept) > MAX_BYTES:
                    raise _too_large(method)
            return Response(
                response.status_code,
                {name.lower(): value for name, value in response.headers.items()},
                bytes(kept),
            )

    def _proxies(self, url: str) -> dict[str, str]:
        if not self._proxy or should_bypass_proxies(url, no_proxy=self._no_proxy):
            return {}
        parts = urlsplit(url)
        self.network.check(parts.hostname or "", parts.port or 443)
        return {"http": self._proxy, "https": self._proxy}


def _outcome(method: str, *, unsent: bool = False) -> CallOutcome:
    """Reading changes nothing, so whatever happened to it, nothing was done."""
    return "not_done" if unsent or method in ("GET", "HEAD") else "unknown"


def _too_large(method: str) -> AdapterError:
    sentence = N_("the shop's answer is too large to read")
    outcome = _outcome(method)
    kind = Permanent if outcome == "not_done" else Temporary
    return kind(sentence, outcome=outcome)


def _ours(error: Exception, method: str, call: Call) -> AdapterError:
    """The error of ours that a failed call stands for."""
    if isinstance(error, InvalidURL | InvalidSchema | MissingSchema):
        return Misconfigured("the shop's address is not a valid web address")
    if call.unopened and _unverified(error):
        return Misconfigured("the shop's certificate is not trusted by this machine")
    unsent = call.unopened or isinstance(error, ConnectTimeout | ProxyError)
    outcome = _outcome(method, unsent=unsent)
    if unsent:
        return Temporary("the shop could not be reached", outcome=outcome)
    if call.now() >= call.ends or isinstance(error, Timeout):
        return Temporary("the shop did not answer in time", outcome=outcome)
    if isinstance(error, ContentDecodingError):
        return Temporary("the shop's answer cannot be decoded", outcome=outcome)
    return Temporary("the connection to the shop broke", outcome=outcome)


def _unverified(error: BaseException | None) -> bool:
    """True when a certificate failed verification, wherever it lies in the chain of causes."""
    while error is not None:
        inner = [error, getattr(error, "reason", None), *error.args]
        if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in inner):
            return True
        error = error.__cause__ or error.__context__
    return False


def retry_after(response: Response, now: datetime) -> float | None:
    """Seconds named by a `Retry-After` header in either of its forms (RFC 9110, 10.2.3)."""
    value = response.headers.get("retry-after", "").strip()
    if (seconds := json_input.digits(value)) is not None:
        return float(seconds)
    try:
        parsed = email.utils.parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    aware = parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
    return max(0.0, (aware - now).total_seconds())
