"""Wakes the workers of an installation through Redis and RQ. Loaded only where there is a Redis."""

from __future__ import annotations

import logging
import threading

from redis import Redis
from redis.exceptions import RedisError
from rq import Queue
from rq.serializers import JSONSerializer

log = logging.getLogger(__name__)

QUEUE = "makegood"
DRAIN = "jobs.drain.drain_once"
WAKE_KEY = "makegood:wake"
WAKE_MILLISECONDS = 1000
"""How long one wake-up stands for those after it, if no worker begins and takes the key away."""


class RedisNotifier:
    """Asks RQ for a drain. The asking is done by a thread, so that no request waits for Redis;
    wake-ups collapse into one until a worker begins."""

    def __init__(self, url: str) -> None:
        self.redis = Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2)
        self._rung = threading.Event()
        self._ended = False
        self._thread: threading.Thread | None = None
        self._start = threading.Lock()

    def notify(self) -> None:
        """Say that work due at once was committed; returns at once."""
        if self._thread is None or not self._thread.is_alive():
            with self._start:
                if self._thread is None or not self._thread.is_alive():
                    self._thread = threading.Thread(
                        target=self._serve, daemon=True, name="notifier"
                    )
                    self._thread.start()
        self._rung.set()

    def wake_workers(self) -> bool:
        """Wake them now; False while Redis is away."""
        try:
            ask_for_drain(self.redis)
        except (RedisError, OSError) as error:
            _log_away(error)
            return False
        return True

    def begin(self) -> None:
        """A drain begins: from here on a wake-up may find new work that it has not seen."""
        try:
            self.redis.delete(WAKE_KEY)
        except (RedisError, OSError) as error:
            _log_away(error)

    def trouble(self) -> str:
        """The name of the error with which Redis fails to answer; '' while it answers."""
        try:
            self.redis.ping()
        except (RedisError, OSError) as error:
            return type(error).__name__
        return ""

    def close(self) -> None:
        """End the thread."""
        self._ended = True
        self._rung.set()

    def _serve(self) -> None:
        while not self._ended:
            self._rung.wait()
            self._rung.clear()
            try:
                ask_for_drain(self.redis)
            except Exception as error:
                # The workers look each second anyway; nothing is lost.
                _log_away(error)


def _log_away(error: Exception) -> None:
    log.warning("Redis is away: %s", type(error).__name__)


def ask_for_drain(redis: Redis) -> bool:
    """Enqueue one drain unless one that has not begun is waiting; True when enqueued."""
    if not redis.set(WAKE_KEY, "1", nx=True, px=WAKE_MILLISECONDS):
        return False
    queue = Queue(QUEUE, connection=redis, serializer=JSONSerializer)
    queue.enqueue_call(DRAIN, timeout=-1, result_ttl=0, failure_ttl=300, ttl=60)
    return True
