"""One project of a peer's user: its first build, each change, the build after it, and the cell that this makes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from peers.world import Built, World
from shared.rerun.bench import BUILDS, CellError
from shared.rerun.difference import AFTER_A_BUILD, difference, snapshot
from shared.rerun.oracle import Clean, Oracle
from shared.rerun.results import Cell
from shared.rerun.scenarios import Scenario
from shared.rerun.telling import begun
from shared.rerun.verdict import judge
from shared.rerun.workspace import Workspace


def cell_of(site: Site | None, column: str, scenario: Scenario, problem: str) -> Cell:
    cell = begun("ml", column, scenario, problem)
    if site and not problem:
        try:
            site.go_through(scenario, cell)
        except (CellError, RuntimeError) as error:
            cell.verdict, cell.note = "error", str(error)
    return cell


@dataclass(frozen=True)
class Site:
    """The project of a peer's user, and its twin."""

    world: World
    twin: Workspace
    oracle: Oracle

    def keep(self) -> None:
        """Remember both as they are now, for ``put_back``."""
        for each in (self.world, self.twin):
            each.keep()

    def put_back(self) -> None:
        """Make both as they were when they were kept."""
        for each in (self.world, self.twin):
            each.put_back()

    def begin(self, scenario: Scenario) -> int | None:
        """The first build, and more of them until one executes nothing. Returns how many; None where none does."""
        for each in (self.world, self.twin):
            scenario.before(each)
        if scenario.first == "killed":
            if not (built := self.world.build(crash=True)).status:
                raise CellError(f"the first run had to be killed, and ended well: {built.executed}")
            return 0
        built = self.build()
        if sorted(built.executed) != sorted({*built.executed}) or len(built.executed) != 4:
            raise CellError(f"the first build executed {', '.join(built.executed) or 'nothing'}")
        if self.world.target != self._clean_target():
            raise CellError("the first build differs from the reference engine's")
        return next((number for number in range(1, BUILDS) if not self.build().executed), None)

    def go_through(self, scenario: Scenario, cell: Cell) -> None:
        """Make the change, build again, and judge."""
        before = self._clean_target() if scenario.first == "built" else None
        whole = self.world.kept(scenario.harms) if scenario.harms else {}
        cell.edit = self._changed(scenario)
        built = self.build(cell)
        clean = self._clean_target()
        if before is not None and (clean != before) != scenario.changes_target:
            raise CellError("the change did not do to a clean build what the scenario says it does")
        cell.verdict = judge(built.executed, self.world.target, clean, scenario.most)
        if scenario.harms:
            cell.healed = all(path.is_file() and path.read_bytes() == data for path, data in whole.items())
        cell.note = cell.remark

    def _changed(self, scenario: Scenario) -> str:
        moment = snapshot(self.world)
        self.both(scenario.make, harms=bool(scenario.harms))
        edit = difference(moment, snapshot(self.world))
        if scenario.then:
            self.build()
            moment = snapshot(self.world)
            self.both(scenario.then, harms=bool(scenario.harms))
            edit += AFTER_A_BUILD + difference(moment, snapshot(self.world))
        return edit

    def both(self, change: Callable[[Workspace], object], *, harms: bool = False) -> None:
        """Make a change in the project and in its twin; only in the project if it harms what was built."""
        change(self.world)
        if not harms:  # the twin has no artifacts
            change(self.twin)

    def build(self, cell: Cell | None = None) -> Built:
        built = self.world.build()
        if cell:
            cell.executed, cell.seconds = built.executed, built.seconds
        if built.status:
            raise CellError(f"failed: {built.complaint}")
        return built

    def clean(self) -> Clean:
        """A clean build of the twin."""
        return self.oracle.clean(self.twin, "ml")

    def _clean_target(self) -> str:
        if (clean := self.clean()).target is None:
            raise CellError(clean.complaint)
        return clean.target
