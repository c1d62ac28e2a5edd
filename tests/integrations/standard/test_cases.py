"""One's own shop holds to what every adapter must."""

from __future__ import annotations

import json

from integrations.contract import Config, Inbound
from integrations.standard import ADAPTER
from tests.adapter_cases import AdapterCases
from tests.integrations.standard.samples import BASE, CREATED, OUTGOING, SECRET, inbound


class TestStandard(AdapterCases):
    platform = ADAPTER
    hidden = (OUTGOING, SECRET)
    config = Config({"base_url": BASE, "outgoing_secret": OUTGOING}, (SECRET,))
    body = json.dumps(CREATED).encode()

    @staticmethod
    def sign(body: bytes) -> Inbound:
        return inbound(body)
