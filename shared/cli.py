"""The command line that every engine shares: ``python -m <engine> run|tree|compare|handover|ui``."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from saltern import __version__
from saltern.cache import DEFAULT_STORE
from saltern.command import start
from saltern.errors import StepFailed
from shared.engine.build import Build, build, parse_settings
from shared.engine.outcome import Outcome, execute
from shared.engine.protocol import Engine
from shared.options import (
    CORES,
    Again,
    End,
    Force,
    Input,
    Jobs,
    Json,
    Pipeline,
    ResultsOption,
    Set,
    Start,
    StoreOption,
    StrategyOption,
    Traceback,
    Verify,
)

if TYPE_CHECKING:
    from rich.console import Console

FATES = {"ran": "yellow", "reused": "green", "missing": "red"}  # of a step, and the colour of its word


def main(engine: Engine) -> NoReturn:
    """Run the command line and exit: 0 done, 1 a step failed, 2 bad input or usage (one line on standard error)."""
    app = typer.Typer(
        name=f"python -m {engine.package}",
        help=f"The Saltworks pipelines on {engine.name}.",
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    app.callback(invoke_without_command=True)(_start(engine))
    for command in (_run(engine), _tree(engine), _compare(engine), _handover(engine)):
        app.command()(command)
    if engine.port:
        app.command()(_ui(engine, engine.port))
    start(app, f"python -m {engine.package}")


def _start(engine: Engine) -> Any:
    def start(
        context: typer.Context,
        version: Annotated[bool, typer.Option("--version", help="Show the versions, ours and the engine's.")] = False,
    ) -> None:
        if version:
            print(f"Saltworks {__version__}, {engine.distribution} {engine.version()}")
            raise typer.Exit
        if context.invoked_subcommand is None:
            print(context.get_help())

    start.__doc__ = f"The Saltworks pipelines on {engine.name}."
    return start


def _run(engine: Engine) -> Any:
    address = typer.Option("--scheduler", metavar="ADDRESS", help=engine.scheduler, hidden=not engine.scheduler)

    def run(
        pipeline: Pipeline,
        input: Input = None,
        store: StoreOption = DEFAULT_STORE,
        strategy: StrategyOption = "salted",
        set: Set = None,
        start: Start = None,
        end: End = None,
        force: Force = None,
        verify: Verify = 0.0,
        traceback: Traceback = False,
        scheduler: str | None = None,
        json_: Json = False,
    ) -> None:
        """Run a pipeline, and say which steps ran."""
        if scheduler:
            engine.use(scheduler)
        reuse: dict[str, Any] = {"store": store, "strategy": strategy, "force": tuple(force or ()), "verify": verify}
        build = _build(engine, pipeline, set, start, end, input=input, **reuse)
        try:
            outcome = execute(engine, build)
        except StepFailed as error:
            if traceback:
                print(error.trace, end="", file=sys.stderr)
            raise
        if json_:
            print(outcome.to_json())
        else:
            _tell(outcome, build)

    run.__annotations__["scheduler"] = Annotated[str | None, address]
    return run


def _tree(engine: Engine) -> Any:
    def tree(
        pipeline: Pipeline,
        input: Input = None,
        store: StoreOption = DEFAULT_STORE,
        strategy: StrategyOption = "salted",
        set: Set = None,
        start: Start = None,
        end: End = None,
        details: Annotated[
            bool, typer.Option("--why", help="Say exactly what is different: old and new values.")
        ] = False,
        json_: Json = False,
    ) -> None:
        """Show the dependency tree: done, to run, and why."""
        from shared.engine import plan

        build = _build(engine, pipeline, set, start, end, input=input, store=store, strategy=strategy)
        if json_:
            print(json.dumps({name: vars(prospect) for name, prospect in plan.plan(build, engine).items()}))
        else:
            _console().print(plan.tree(build, engine, details=details))

    return tree


def _compare(engine: Engine) -> Any:
    def compare(
        pipeline: Annotated[
            str | None, typer.Option("--pipeline", metavar="NAME", help="Only this pipeline: ml or artists.")
        ] = None,
        strategy: Annotated[
            list[str] | None,
            typer.Option(
                "--strategy",
                metavar="NAME",
                help="Only this strategy; may be repeated. Default: all that the engine has.",
            ),
        ] = None,
        scenario: Annotated[
            list[str] | None,
            typer.Option("--scenario", metavar="NAME", help="Only this scenario; may be repeated. See --list."),
        ] = None,
        list_: Annotated[bool, typer.Option("--list", help="List the scenarios, and measure nothing.")] = False,
        full: Annotated[bool, typer.Option("--full", help="All scenarios, not only the ten most telling.")] = False,
        score: Annotated[
            int | None,
            typer.Option("--score", min=1, metavar="N", help="Make N random edits instead of the scenarios."),
        ] = None,
        seed: Annotated[int, typer.Option("--seed", min=0, metavar="S", help="The seed of the random edits.")] = 0,
        edit: Annotated[
            int | None, typer.Option("--edit", min=0, metavar="K", help="Only the edit of this number; show its diff.")
        ] = None,
        results: ResultsOption = Path("results"),
        jobs: Jobs = CORES,
        again: Again = False,
    ) -> None:
        """Run the gauntlet: build, change, rebuild, judge. Exit status 1 if a cell is not as expected.

        --score N makes random edits instead of scenarios. The same seed gives the same edits. The results are in
        results/score/. After an interruption, the same command continues where it stopped.
        """
        if list_:
            from shared.report.terminal import scenarios

            scenarios(pipeline)
            return
        if score or edit is not None:
            from shared.report.scores import measure

            if pipeline or scenario:
                raise typer.BadParameter("goes without --pipeline and --scenario", param_hint="--score")
            measure(engine, score or 0, seed, strategy or [], results, jobs, only=edit, again=again)
            return
        from shared.report.terminal import matrix
        from shared.rerun.expectations import unexpected
        from shared.rerun.harness import gauntlet

        measured = gauntlet(engine, pipeline, strategy or [], scenario or [], results, jobs, full=full, again=again)
        matrix([measured])
        if unexpected(measured):
            raise typer.Exit(1)

    return compare


def _handover(engine: Engine) -> Any:
    def handover(
        give: Annotated[
            bool, typer.Option("--give", help="Build here, and leave that for the others to take.")
        ] = False,
        results: ResultsOption = Path("results"),
        jobs: Jobs = CORES,
        again: Again = False,
    ) -> None:
        """Run on what the engines built: all must be found. First, --give on each leaves its builds."""
        from shared.report.terminal import matrix
        from shared.rerun import handover
        from shared.rerun.expectations import unexpected

        if give:
            handover.give(engine, results, jobs, again=again)
            return
        measured = handover.take(engine, results, jobs, again=again)
        matrix([measured])
        if unexpected(measured):
            raise typer.Exit(1)

    return handover


def _ui(engine: Engine, default: int) -> Any:
    def ui(
        port: Annotated[int, typer.Option("--port", min=1024, max=65535, metavar="N", help="Another port.")] = default,
        password: Annotated[bool, typer.Option("--password", help="Ask for a login. The default is none.")] = False,
    ) -> None:
        """Start the engine's own pages on this machine, with both pipelines to look at and to play with."""
        from shared.engine.pages import show

        show(engine, port, password=password)

    return ui


def _build(
    engine: Engine, pipeline: str, set: list[str] | None, start: datetime | None, end: datetime | None, **options: Any
) -> Build:
    engine.check(options["strategy"])
    engine.check_store(options["store"])
    interval: dict[str, Any] = {"start": start and start.date(), "end": end and end.date()}
    return build(pipeline, engine.name, settings=parse_settings(set or []), **interval, **options)


def _tell(outcome: Outcome, build: Build) -> None:
    console = _console()
    for key in build.graph.nodes:
        times = outcome.executed.count(key)
        fate = "ran" if times else "reused" if key in outcome.reused else "missing"
        label = key.replace("[", r"\[") + (f" ({times} times)" if times > 1 else "")
        console.print(f"[{FATES[fate]}]{fate:>7}[/]  {label}", highlight=False)
    numbers = f"{len(outcome.executed)} ran, {len(outcome.reused)} reused in {outcome.seconds:.1f} s"
    console.print(f"{numbers}: {outcome.target.path}", highlight=False, soft_wrap=True)


def _console() -> Console:
    from rich.console import Console

    return Console()
