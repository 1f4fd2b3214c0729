"""PostgreSQL and Redis as processes of our own, in a folder of our own: Debian's programs, and not its services."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from pathlib import Path
from pwd import getpwnam

from clusters.deployment import Deployment
from saltern.errors import BadInput, StepFailed
from shared.engine import servers

ELSEWHERE = "/usr/lib/postgresql"  # where Debian has the programs, by version, which it does not put on the path
# A database that is thrown away needs no disk, but it must survive a restart: so the writes stay, the waiting goes.
QUICK = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200")


def program(name: str, package: str) -> str:
    """Where a program of Debian's is. Raises BadInput, which says how it is installed, where there is none."""
    versions = sorted(Path(ELSEWHERE).glob(f"*/bin/{name}"), key=lambda path: float(path.parts[4]), reverse=True)
    found = str(versions[0]) if versions else shutil.which(name)
    if not found:
        raise BadInput(f"{name}: there is no such program; apt-get install --no-install-recommends {package}")
    return found


def _somebody() -> list[str]:
    """What goes before a command that root may not run: PostgreSQL refuses to be root."""
    return ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"] if os.geteuid() == 0 else []


class PostgreSQL:
    """A server of one user, ``saltworks``, on the loopback interface, who needs no password."""

    def __init__(self, deployment: Deployment) -> None:
        self.deployment, self.port = deployment, servers.free_port()
        self._folder = deployment.site.folder / "postgresql"

    def start(self, *databases: str) -> None:
        """Make the databases, and start the server."""
        self._folder.mkdir(mode=0o700)
        if _somebody():
            nobody = getpwnam("nobody")
            os.chown(self._folder, nobody.pw_uid, nobody.pw_gid)
        data = self._folder / "data"
        self._tool("initdb", "--pgdata", str(data), "--username", "saltworks", "--auth", "trust", "--encoding", "UTF8")
        settings = [
            *QUICK,
            f"port={self.port}",
            "listen_addresses=127.0.0.1",
            f"unix_socket_directories={self._folder}",
        ]
        command = [*_somebody(), program("postgres", "postgresql"), "-D", str(data)]
        command += [word for setting in settings for word in ("-c", setting)]
        self.deployment.serve("PostgreSQL", command, self.deployment.site.env)
        self.wait()
        for database in databases:
            self._tool("createdb", "--host", "127.0.0.1", "--port", str(self.port), "--username", "saltworks", database)

    def wait(self) -> None:
        """Until it takes connections."""
        ready = [program("pg_isready", "postgresql"), "--quiet", "--host", "127.0.0.1", "--port", str(self.port)]
        server = self.deployment.servers["PostgreSQL"]
        servers.wait_until(lambda: subprocess.run(ready, check=False).returncode == 0, [server])

    def restart(self) -> None:
        """Stop and start it. SIGINT is what it calls a fast shutdown: it waits for no client."""
        self.deployment.servers["PostgreSQL"].process.send_signal(signal.SIGINT)
        self.deployment.restart("PostgreSQL")
        self.wait()

    def address(self, scheme: str, database: str) -> str:
        """Its address for SQLAlchemy, or for whoever has another scheme."""
        return f"{scheme}://saltworks@127.0.0.1:{self.port}/{database}"

    def version(self) -> str:
        """Its name and version."""
        words = subprocess.run([program("postgres", "postgresql"), "--version"], capture_output=True, text=True).stdout
        return f"PostgreSQL {words.split()[2]}"

    def _tool(self, name: str, *arguments: str) -> None:
        command = [*_somebody(), program(name, "postgresql"), *arguments]
        done = subprocess.run(command, capture_output=True, text=True, cwd=self._folder, check=False)
        if done.returncode:
            raise StepFailed(f"{name}: {servers.last_words(done.stderr)}")


class Redis:
    """A server on the loopback interface that keeps what it has in a file, as a broker must over a restart."""

    def __init__(self, deployment: Deployment) -> None:
        self.deployment, self.port = deployment, servers.free_port()

    def start(self) -> None:
        folder = self.deployment.site.folder / "redis"
        folder.mkdir()
        command = [program("redis-server", "redis-server"), "--bind", "127.0.0.1", "--port", str(self.port)]
        command += ["--dir", str(folder), "--appendonly", "yes"]
        self.deployment.serve("Redis", command, self.deployment.site.env)
        self.wait()

    def wait(self) -> None:
        """Until it takes connections."""
        servers.wait_until(lambda: servers.listens(self.port), [self.deployment.servers["Redis"]])

    def restart(self) -> None:
        """Stop and start it."""
        self.deployment.restart("Redis")
        self.wait()

    @property
    def address(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def version(self) -> str:
        """Its name and version."""
        words = subprocess.run(
            [program("redis-server", "redis-server"), "--version"], capture_output=True, text=True
        ).stdout
        return f"Redis {words.partition('v=')[2].split()[0]}"
