"""E-mail holds to what every adapter must; it sends messages and nothing else."""

from __future__ import annotations

from integrations.contract import Config
from integrations.email import ADAPTER
from tests.adapter_cases import AdapterCases


class TestEmail(AdapterCases):
    platform = ADAPTER
    hidden = ("pass-word-1",)
    config = Config({"host": "127.0.0.1", "password": hidden[0], "from_address": "s@example.test"})
