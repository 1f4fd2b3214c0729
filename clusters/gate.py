"""A gate in a step: where it says which process runs it, and waits to be let through."""

from __future__ import annotations

import queue
import socket
import threading

FILE = "shared/steps/artists.py"
BEFORE = "    return _most_played_first(tables.added_up(counts.values()))\n"
# No file, which would be in the salt of what reads it: a connection, which no cache sees.
CODE = """\
    import os
    import socket

    with socket.create_connection(("127.0.0.1", {port})) as gate:
        gate.sendall(str(os.getpid()).encode())
        gate.recv(1)
"""
PATIENCE = 240  # seconds


class Gate:
    """Whoever comes is let through, unless it is shut. A context manager."""

    def __init__(self) -> None:
        self._server = socket.create_server(("127.0.0.1", 0))
        self._shut = threading.Event()
        self._arrivals: queue.Queue[tuple[int, socket.socket]] = queue.Queue()
        self._connections: list[socket.socket] = []
        self.held = 0
        """The process that was held last."""
        self.code = CODE.format(port=self._server.getsockname()[1])

    def __enter__(self) -> Gate:
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self.let_through()
        self._server.close()

    def shut(self) -> None:
        """Hold who comes from now on."""
        self._shut.set()

    def wait(self) -> None:
        """Until somebody has come, and is held. Raises ``queue.Empty`` when nobody comes."""
        self.held, connection = self._arrivals.get(timeout=PATIENCE)
        self._connections.append(connection)

    def open(self) -> None:
        """Let through who comes from now on. Who is held stays so."""
        self._shut.clear()

    def let_through(self) -> None:
        """Let through who is held, and who comes from now on."""
        self.open()
        while self._connections:
            with self._connections.pop() as connection:
                _answer(connection)

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._server.accept()
            except OSError:  # it was closed
                return
            pid = int(connection.recv(32) or b"0")
            if self._shut.is_set():
                self._arrivals.put((pid, connection))
            else:
                with connection:
                    _answer(connection)


def _answer(connection: socket.socket) -> None:
    try:
        connection.sendall(b".")
    except OSError:
        return  # it is dead
