"""The server behind a stand-in of a platform."""

from __future__ import annotations

import threading
from typing import Any

from werkzeug.serving import make_server


class LoopbackServer:
    """Serves a WSGI application on a free port of loopback until it is closed."""

    def __init__(self, application: Any) -> None:
        self._server = make_server("127.0.0.1", 0, application, threaded=True)
        self.url = f"http://127.0.0.1:{self._server.port}"
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.02,), daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        """End it, and what it is answering."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
