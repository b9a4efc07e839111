"""The server: one process, the loopback address, until Ctrl-C."""

import contextlib
import ctypes
import gc
import socket
import sys
import webbrowser
from collections.abc import Callable

from advisor.errors import AdvisorError
from advisor.web.app import Choices, make_app
from advisor.web.guard import TOKEN, Session
from advisor.web.runs import Runs

HOST = "127.0.0.1"
_ARENA_MAX, _ARENAS = -8, 2  # of glibc's mallopt
_OFTEN = 2_000  # objects after which garbage is looked for: each request leaves some in circles


def serve_page(
    runs: Runs,
    choices: Choices,
    *,
    port: int = 0,
    browser: bool = True,
    tell: Callable[[str], None] = print,
) -> None:
    """Serves the page until it is interrupted. *port* 0 takes a free one. *tell* gets the link;
    with *browser* it is opened too. Raises AdvisorError where the port is taken."""
    import uvicorn

    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
        listener.listen()  # from here on nobody who follows the link is refused
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        hint = "choose another --port"
        raise AdvisorError(f"cannot be used: {reason}", where=f"port {port}", hint=hint) from None
    session = Session()
    port = listener.getsockname()[1]
    link = f"http://{HOST}:{port}/?{TOKEN}={session.token}"
    config = uvicorn.Config(
        make_app(runs, session, port, choices),
        log_level="error",  # the traceback of a bug
        access_log=False,  # names of shops are nobody's business
        server_header=False,
        lifespan="off",
        ws="none",
        timeout_graceful_shutdown=2,
    )
    # The command line looks for garbage so seldom that a page that is open for days would grow.
    gc.freeze()
    gc.set_threshold(_OFTEN)
    _share_heaps()
    tell(link)
    if browser:
        with contextlib.suppress(webbrowser.Error):
            webbrowser.open(link)
    with contextlib.suppress(KeyboardInterrupt):
        uvicorn.Server(config).run([listener])


def _share_heaps() -> None:
    """Has glibc use two heaps for all threads: else each has its own, and keeps what was freed."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):  # another C library
            ctypes.CDLL(None).mallopt(_ARENA_MAX, _ARENAS)
