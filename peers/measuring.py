"""One peer, measured: each change made to a project with that tool, a build by its command, and a verdict."""

from __future__ import annotations

import platform
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b
from pathlib import Path
from typing import TypeVar

from peers.changes import headline
from peers.oracles import Oracles
from peers.peer import FOLDER, Peer
from peers.site import Site, cell_of
from peers.world import PATIENCE, World
from saltern.errors import BadInput
from shared.pipelines import PROJECT
from shared.rerun.bench import CellError
from shared.rerun.fresh import ForkServer
from shared.rerun.ingredients import ASIDE, content, host
from shared.rerun.oracle import Oracle
from shared.rerun.peers import SCENARIOS, PeerResults
from shared.rerun.results import Cell
from shared.rerun.scenarios import Scenario
from shared.rerun.workspace import Workspace

Lane = tuple[str, list[Scenario]]
One = TypeVar("One")


def measure(
    peer: Peer, python: Path, folder: Path, jobs: int, oracles: Oracles, *, again: bool, told: Callable[[Cell], None]
) -> PeerResults:
    """Measure a peer, and keep ``<folder>/<peer>.json`` as cells come. What was measured alike before is taken over."""
    path = folder / f"{peer.name}.json"
    results = begin(peer, python)
    if not again:
        results.cells = _before(results, path)
    lock = threading.Lock()

    def keep(cell: Cell) -> None:
        with lock:
            results.cells.append(cell)
            results.cells.sort(key=lambda one: (list(peer.wirings).index(one.strategy), SCENARIOS.index(one.scenario)))
            results.write(path)
        told(cell)

    if lanes := _lanes(peer, results):
        with opened(peer, python, oracles) as bench:
            side_by_side(bench, jobs, [cells(bench, *lane) for lane in lanes], keep)
    results.write(path)
    return results


def begin(peer: Peer, python: Path) -> PeerResults:
    """The results of a peer as it is installed, without a cell."""
    asked = "import sys, importlib.metadata as m; print(sys.version.split()[0], m.version(sys.argv[1]))"
    done = subprocess.run([python, "-c", asked, peer.distribution], capture_output=True, text=True)
    if done.returncode:
        raise BadInput(f"{python}: {peer.distribution} is not installed there")
    python_version, version = done.stdout.split()
    return PeerResults(
        peer=peer.name,
        title=peer.title,
        version=version,
        python=python_version,
        host=host(),
        date=str(date.today()),
        command=f"nox -s peers -- --peer {peer.name}",
        ingredients=_ingredients(peer, python_version),
        columns=[wiring.column(name) for name, wiring in peer.wirings.items()],
        cells=[],
    )


def _ingredients(peer: Peer, python: str) -> str:
    """A digest of all that the cells depend on."""
    hashed = blake2b(repr((python, platform.python_version(), host())).encode(), digest_size=16)
    others = [
        f"peers/{path.name}" for path in FOLDER.iterdir() if path.is_dir() and path.name not in (peer.name, "common")
    ]
    names = ("saltern", "shared", "data", "peers", "pyproject.toml", f"locks/peers/{peer.name}.txt")
    hashed.update(content(PROJECT, names, (*ASIDE, *others, "peers/__main__.py")).encode())
    return hashed.hexdigest()


def _before(results: PeerResults, path: Path) -> list[Cell]:
    try:
        old = PeerResults.read(path)
    except BadInput:
        return []
    return list(old.cells) if old.ingredients == results.ingredients else []


def _lanes(peer: Peer, results: PeerResults) -> list[Lane]:
    """What is to be measured: of each column the scenarios that begin alike, the longest lanes first."""
    lanes: dict[tuple[object, ...], Lane] = {}
    for name, wiring in peer.wirings.items():
        for scenario in headline():
            if scenario.name not in wiring.without and results.cell(name, scenario.name) is None:
                key = name, scenario.before, scenario.first
                lanes.setdefault(key, (name, []))[1].append(scenario)
    return sorted(lanes.values(), key=lambda lane: -len(lane[1]))


@dataclass(frozen=True)
class Bench:
    peer: Peer
    python: Path
    server: ForkServer
    oracle: Oracle
    scratch: Path

    @contextmanager
    def site(self, column: str) -> Iterator[Site]:
        """A project that is wired in this way, and its twin. Raises RuntimeError if it cannot be set up."""
        folder = Path(tempfile.mkdtemp(prefix=f"{column}-", dir=self.scratch))
        with ExitStack() as stack:
            twin = Workspace(folder / "twin", [])
            stack.callback(twin.remove)
            world = World(folder / "project", self.peer, self.peer.wirings[column], self.python, self.server)
            stack.callback(world.remove)
            yield Site(world, twin, self.oracle)


@contextmanager
def opened(peer: Peer, python: Path, oracles: Oracles) -> Iterator[Bench]:
    scratch = tempfile.TemporaryDirectory(prefix=f"saltworks-{peer.name}-", ignore_cleanup_errors=True)
    with scratch as folder, ForkServer((), {}, PATIENCE, python=str(python)) as server:
        yield Bench(peer, python, server, oracles.of(python), Path(folder))


def side_by_side(bench: Bench, jobs: int, lanes: Sequence[Iterator[One]], keep: Callable[[One], None]) -> None:
    """Keep all that lanes bring, ``jobs`` lanes at a time. Where one fails, or is interrupted, all end."""
    stopped = threading.Event()

    def work(lane: Iterator[One]) -> None:
        for one in lane:
            if stopped.is_set():
                return
            keep(one)

    with ThreadPoolExecutor(jobs) as pool:
        futures = [pool.submit(work, lane) for lane in lanes]
        try:
            for future in as_completed(futures):
                future.result()
        except BaseException:
            stopped.set()
            pool.shutdown(wait=False, cancel_futures=True)
            bench.server.stop()
            bench.oracle.server.stop()
            raise


def cells(bench: Bench, column: str, scenarios: Sequence[Scenario]) -> Iterator[Cell]:
    """The cells of scenarios that begin alike, each in the project as the first build left it."""
    site, problem, settled = None, "", None
    with ExitStack() as stack:
        try:
            site = stack.enter_context(bench.site(column))
            settled = site.begin(scenarios[0])
            site.keep()
        except (CellError, RuntimeError) as error:
            problem = str(error)
        for number, scenario in enumerate(scenarios):
            if number and site and not problem:
                site.put_back()
            yield cell_of(site, column, scenario, problem).model_copy(update={"settled": settled})


def say(cell: Cell) -> None:
    """One cell on standard error."""
    ran = ", ".join(cell.executed) or "nothing"
    print(
        f"  {cell.strategy:<12} {cell.scenario:<17} {cell.verdict:<9} ran {ran} ({cell.seconds:.1f} s) {cell.note}",
        file=sys.stderr,
    )
