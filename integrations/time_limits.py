"""How long things may take, in seconds, in the one order in which they are safe.

A call to a platform ends before the try that makes it; a try ends before its claim does, so that
nobody takes over a row whose call is under way; and a process that is told to stop waits longer than
any claim lasts before it leaves its threads behind.
"""

from __future__ import annotations

HTTP_CALL = 40.0
"""One request with its whole answer, redirects and name look-up included."""
TRY = 45.0
"""All calls of one try of an outbox row, counted from the commit that renewed its claim."""
CLAIM = 60.0
"""How long a claimed row is left to its worker."""
STOP = 65.0
"""How long a stopping process waits for its threads; a supervisor should wait longer still."""
