"""The peers of the bench, in an environment of their own that only the bench makes."""

from __future__ import annotations

import hashlib
import hmac
import json
import subprocess
import sys
import time
import uuid
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from bench.load import Request
from bench.servers import GUNICORN, serve
from testbed.processes import free_port

WANTED = (
    "Django==5.2.19",
    "django-anymail==15.2",
    "dj-stripe==2.11.0",
    "stripe==15.6.2",
    "psycopg[binary]==3.3.9",
    "gunicorn==27.0.1",
)
SECRET = "whsec_" + "p" * 40
HOME = Path(__file__).resolve().parent / "results" / "peers"


@dataclass(frozen=True, slots=True)
class Peer:
    """A running peer and the load for it."""

    name: str
    url: str
    script: Path


def start(database: str, folder: Path, stack: ExitStack) -> list[Peer]:
    """Install, migrate and serve both peers over an empty PostgreSQL database."""
    python, endpoint, port = _environment(), str(uuid.uuid4()), free_port()
    site = Path(__file__).with_name("peer_site.py")
    env = {
        "BENCH_DATABASE_URL": database,
        "BENCH_SECRET": SECRET,
        "BENCH_ENDPOINT": endpoint,
        "PYTHONPATH": str(site.parent),
        "PYTHONWARNINGS": "ignore",
    }
    subprocess.run([python, site], env=env, check=True)
    gunicorn = [
        str(python.with_name("gunicorn")),
        *GUNICORN,
        "-b",
        f"127.0.0.1:{port}",
        "peer_site:application",
    ]
    serve(gunicorn, env, port, folder / "peers.log", stack)
    base = f"http://127.0.0.1:{port}"
    return [
        Peer(
            "anymail and one insert",
            f"{base}/anymail/mailgun/tracking/",
            _mailgun().script(folder / "mailgun.lua"),
        ),
        Peer(
            "dj-stripe",
            f"{base}/stripe/webhook/{endpoint}/",
            _stripe().script(folder / "stripe.lua"),
        ),
    ]


def _environment() -> Path:
    """The peers' own Python; made once, kept under bench/results."""
    python, made = HOME / "bin" / "python", HOME / "made"
    if not made.exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", HOME], check=True)
        pip = [str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check", *WANTED]
        subprocess.run(pip, check=True)
        made.touch()
    return python


def _mailgun() -> Request:
    stamp, token = str(int(time.time())), "t" * 50
    signed = hmac.new(SECRET.encode(), f"{stamp}{token}".encode(), hashlib.sha256).hexdigest()
    event = {
        "event": "delivered",
        "timestamp": time.time(),
        "id": "e" * 22,
        "recipient": "sari@example.test",
        "log-level": "info",
        "tags": ["order"],
        "message": {"headers": {"message-id": "m" * 40, "subject": "Pesanan " * 20}},
        "delivery-status": {"code": 250, "message": "OK", "description": "x" * 200},
        "user-variables": {},
    }
    body = {
        "signature": {"timestamp": stamp, "token": token, "signature": signed},
        "event-data": event,
    }
    return Request(json.dumps(body), {"Content-Type": "application/json"})


def _stripe() -> Request:
    event = {
        "id": "evt_bench",
        "object": "event",
        "api_version": "2024-06-20",
        "livemode": False,
        "created": int(time.time()),
        "type": "charge.refunded",
        "pending_webhooks": 1,
        "data": {
            "object": {
                "id": "ch_bench",
                "object": "charge",
                "amount": 1990,
                "description": "x" * 700,
            }
        },
    }
    body, stamp = json.dumps(event), int(time.time())
    signed = hmac.new(SECRET.encode(), f"{stamp}.{body}".encode(), hashlib.sha256).hexdigest()
    headers = {"Content-Type": "application/json", "Stripe-Signature": f"t={stamp},v1={signed}"}
    return Request(body, headers)
