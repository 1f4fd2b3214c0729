"""What must be true when an exercise is done. A check runs the project it is imported from, for real, in workspaces.

It raises AssertionError, with a sentence that says what is missing, where the exercise is not done.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from lesson.exercises import EXERCISES
from lesson.exercises.patches import apply, copied
from saltern import Source
from saltern.cache import Cache
from saltern.errors import BadInput
from saltern.strategies import STRATEGIES
from shared.conformance.command_line import CommandLine, serving
from shared.engine.build import build
from shared.engine.protocol import Engine
from shared.pipelines import PROJECT
from shared.rerun.harness import gauntlet
from shared.rerun.results import Cell, read
from shared.steps import ml

ANSWER = "04-bug-hunt.answer"
Check = Callable[[Engine, Path], None]


def heal_the_middle(engine: Engine, scratch: Path) -> None:
    """A deleted middle is made again, alone; a run that has nothing to do still does nothing."""
    scenarios = ["delete-middle", "delete-last", "unchanged", "change-parameter"]
    cells = _cells(engine, ["native", "salted", "lineage"], scenarios, scratch)
    for strategy in ("salted", "lineage"):
        middle = cells[strategy, "delete-middle"]
        assert middle.healed, f"{strategy}: the model was deleted, and is not there after the next run"
        assert middle.executed == ["train"], f"{strategy}: only train had to run again (ran: {middle.executed})"
        for scenario in scenarios:
            cell = cells[strategy, scenario]
            assert cell.verdict == "exact", f"{strategy}, {scenario}: {cell.verdict} ({cell.note})"
    hole = cells["native", "delete-middle"]
    assert hole.healed is False, "native is Luigi's own rule: a task is complete when its output exists. Leave it"


def add_a_step(engine: Engine, scratch: Path) -> None:
    """The new step runs, and what is below it; what is above stays."""
    graph = engine.graph(build("ml", engine.name))
    assert "approve" in graph, f"{engine.package}: there is no step 'approve' in its graph (it has: {', '.join(graph)})"
    assert graph["approve"] == {"train", "preprocess"}, "approve needs the model and the dataset"
    assert graph["evaluate"] == {"approve", "preprocess"}, "evaluate needs the model that was approved"
    assert graph == build("ml", engine.name).graph.edges, "shared/pipelines.py says it otherwise"
    new = ["approve", "evaluate", "report"]
    with serving(engine, _folder(scratch, "service")) as served:
        cli = CommandLine.within(_folder(scratch, "salted"), engine, served)
        _build_above(cli)
        assert cli.run("ml").executed == new, "preprocess and train were built before: they need not run"
        assert cli.run("ml", "--set", "approve.least=0.6").executed == new, "a parameter is in the salt"
        strict = cli("run", "ml", "--set", "approve.least=1")
        assert strict.status == 1, "the model is not perfect on its training rows: approve fails, and the run with it"
        assert "approve" in strict.complaint, f"the complaint does not name the step: {strict.complaint}"
        cli = CommandLine.within(_folder(scratch, "cutoff"), engine, served)
        cli.run("ml", "--strategy", "cutoff")
        again = cli.run("ml", "--strategy", "cutoff", "--set", "approve.least=0.6").executed
        assert again == ["approve"], f"the approved model has the same bytes: the wave stops there (ran: {again})"


def write_a_strategy(engine: Engine, scratch: Path) -> None:
    """``declared`` sees what it should, is stale where it must be, and that was predicted."""
    assert "declared" in STRATEGIES, "there is no strategy 'declared' in saltern/strategies.py"
    wanted = {
        "unchanged": "exact",
        "change-parameter": "exact",
        "change-input": "exact",
        "noise-input": "wasteful",
        "edit-comment": "exact",
        "edit-helper": "stale",
    }
    for (_, scenario), cell in _cells(engine, ["declared"], list(wanted), scratch).items():
        assert cell.verdict == wanted[scenario], f"declared, {scenario}: {cell.verdict}, not {wanted[scenario]}"
        assert not cell.is_unexpected, f"declared, {scenario}: {cell.verdict}, which expectations.toml does not predict"


def bug_hunt(engine: Engine, scratch: Path) -> None:
    """The scenario that was named tells the broken strategy from the whole one."""
    path = PROJECT / "lesson" / "exercises" / ANSWER
    assert path.exists(), f"write the scenario's name into lesson/exercises/{ANSWER}"
    name = path.read_text().strip()
    broken = copied(scratch / "broken")
    try:
        apply(EXERCISES[4].given, broken)
    except BadInput:
        raise AssertionError("this is the broken copy; write the answer into a whole one, and check it there") from None
    try:
        whole = _cells(engine, ["lineage"], [name], scratch)["lineage", name]
    except BadInput as error:
        raise AssertionError(str(error)) from None
    judged = _cells_of(broken, engine, ["lineage"], [name], scratch)["lineage", name]
    assert whole.verdict == "exact", f"{name}: lineage is {whole.verdict} here; the project must be whole"
    assert judged.verdict != "exact", f"{name}: the broken strategy is exact there too. Hunt on"


def write_a_scenario(engine: Engine, scratch: Path) -> None:
    """``double-row`` changes the target, and the strategies answer as predicted."""
    wanted = {"native": "stale", "salted": "stale", "content": "exact", "lineage": "exact"}
    try:
        cells = _cells(engine, list(wanted), ["double-row"], scratch)
    except BadInput as error:
        raise AssertionError(str(error)) from None
    for (strategy, _), cell in cells.items():
        assert cell.verdict == wanted[strategy], f"{strategy}: {cell.verdict}, not {wanted[strategy]} ({cell.note})"
        assert not cell.is_unexpected, f"{strategy}: {cell.verdict}, which expectations.toml does not predict"
    seen = cells["lineage", "double-row"].executed
    assert seen == ["preprocess", "train", "evaluate", "report"], f"a row more reaches every step (ran: {seen})"


def names_that_are_checked(engine: Engine, scratch: Path) -> None:
    """A requirement that is none of the step's inputs is refused when the class is made."""
    from luigi_impl.ml import Preprocess, Train
    from saltern.luigi import Requirement, Requires, SaltedOutput, SaltedTask

    assert isinstance(Train.dataset, Requirement), "on the class, the descriptor still answers with itself"
    assert isinstance(Train().dataset, Preprocess), "on a task, with the task that is needed"
    wiring = {"step": ml.train, "requires": Requires(), "output": SaltedOutput()}
    try:
        type("Typo", (SaltedTask,), {**wiring, "datset": Requirement(Preprocess)})
    except (TypeError, RuntimeError) as error:
        said = str(error.__cause__ or error)  # Python 3.11 wraps what __set_name__ raises in a RuntimeError
    else:
        raise AssertionError("a requirement called 'datset' is accepted; train's input is called 'dataset'")
    for word in ("Typo", "datset", "train", "dataset)"):
        assert word in said, f"the message does not say {word!r}: {said}"
    type("Right", (SaltedTask,), {**wiring, "dataset": Requirement(Preprocess)})


CHECKS: dict[int, Check] = {
    1: heal_the_middle,
    2: add_a_step,
    3: write_a_strategy,
    4: bug_hunt,
    5: write_a_scenario,
    6: names_that_are_checked,
}
EVERY_ENGINE = {2}  # the exercises that are done on all four; the others are on Luigi


def check(number: int, engine: Engine) -> None:
    """Check one exercise. Raises AssertionError where it is not done, BadInput for one that is not on this engine."""
    if engine.name != "luigi" and number not in EVERY_ENGINE:
        raise BadInput(f"--engine {engine.name}: exercise {number} is on luigi")
    with tempfile.TemporaryDirectory(prefix="exercise-") as scratch:
        CHECKS[number](engine, Path(scratch))


def _cells(engine: Engine, strategies: list[str], scenarios: list[str], scratch: Path) -> dict[tuple[str, str], Cell]:
    """Cells of ``ml``, by strategy and scenario, measured now."""
    results = gauntlet(engine, "ml", strategies, scenarios, scratch / "results", os.cpu_count() or 1)
    return {(cell.strategy, cell.scenario): cell for cell in results.cells}


def _cells_of(
    project: Path, engine: Engine, strategies: list[str], scenarios: list[str], scratch: Path
) -> dict[tuple[str, str], Cell]:
    """The same in another copy of the project, whatever its expectations are."""
    words = ["compare", "--pipeline", "ml", "--results", str(scratch / "elsewhere")]
    words += [word for name in strategies for word in ("--strategy", name)]
    words += [word for name in scenarios for word in ("--scenario", name)]
    subprocess.run([sys.executable, "-m", engine.package, *words], cwd=project, capture_output=True, check=False)
    cells = read(scratch / "elsewhere" / f"{engine.name}.json").cells
    return {(cell.strategy, cell.scenario): cell for cell in cells}


def _build_above(cli: CommandLine) -> None:
    """What a run before the change left: the artifacts of preprocess and of train."""
    cache = Cache(str(cli.world.store), "salted", run="before", engine="plain")
    csv = cli.world.folder / "data" / "digits.csv"
    dataset = cache.make(cache.call(ml.preprocess, {"csv": Source(str(csv), str(csv.parents[1]))}))
    cache.make(cache.call(ml.train, {"dataset": dataset}))


def _folder(scratch: Path, name: str) -> Path:
    folder = scratch / name
    folder.mkdir()
    return folder
