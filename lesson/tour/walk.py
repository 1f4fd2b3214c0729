"""The walk from stop to stop, and what every stop does: a change, a guess, a run, a verdict, a reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from lesson.tour.guide import Guide, names
from lesson.tour.stage import Stage
from lesson.tour.words import WORDS, Surprise, Words
from shared.engine.outcome import Outcome
from shared.engine.protocol import Engine, Native
from shared.rerun import expectations
from shared.rerun.bench import Bench
from shared.rerun.difference import difference, snapshot
from shared.rerun.results import Expectation
from shared.rerun.scenarios import Scenario, chosen
from shared.rerun.verdict import Verdict, judge, needless, overlooked

Extent = Literal["none", "some", "all"]
Explanations = Mapping[tuple[Verdict, Extent], str]
CODE = ".py"  # a change of a file of this kind is shown line by line


@dataclass(frozen=True)
class Seen:
    """What a change led to: the verdict, and how much ran."""

    scenario: str
    verdict: Verdict
    extent: Extent
    expected: Expectation | None


@dataclass
class Walk:
    """What the stops have in common: the engine at work, the reader's guide, and the stages."""

    bench: Bench
    guide: Guide
    size: int
    """Of the big file, in MB."""
    stages: dict[tuple[str, str], Stage] = field(default_factory=dict)

    @property
    def engine(self) -> Engine:
        return self.bench.engine

    @property
    def words(self) -> Words:
        return WORDS[self.engine.name]

    @property
    def native(self) -> Native:
        return self.engine.natives["native"]

    def stage(self, pipeline: str, strategy: str) -> Stage:
        """The stage of a pipeline under a strategy: the same one whenever it is asked for."""
        place = pipeline, strategy
        if place not in self.stages:
            self.stages[place] = Stage(self.bench, pipeline, strategy)
        return self.stages[place]

    def built(self, pipeline: str, strategy: str) -> Stage:
        """That stage, as its first build left it."""
        stage = self.stage(pipeline, strategy)
        with self.guide.status(f"{self.words.name} builds {pipeline} under {strategy}"):
            stage.begin()
        return stage

    def run(self, stage: Stage, foretold: Mapping[str, str], touched: Sequence[str] = ()) -> Outcome:
        """Run the pipeline for real, and show what ran. Raises Surprise unless that is what the tree foretold."""
        with self.guide.status(f"{self.words.name} runs {stage.pipeline}"):
            outcome = stage.build(touched)
        self.guide.ran(foretold, outcome)
        if "undecided" not in foretold.values():
            to_run = [node for node, state in foretold.items() if state == "to run"]
            self.must(sorted(outcome.executed) == sorted(to_run), f"what runs is what the tree says: {to_run}")
        return outcome

    def change(self, pipeline: str, strategy: str, name: str) -> Seen:
        """A scenario of the gauntlet, on the first build: made, guessed, run and judged.

        Raises Surprise unless it comes out as the engine's expectations say.
        """
        stage = self.built(pipeline, strategy)
        (scenario,) = chosen(pipeline, [name])
        moment, clean = snapshot(stage.world), stage.clean()
        scenario.make(stage.world)
        self.guide.say(f"The change: {scenario.change}.")
        edit = difference(moment, snapshot(stage.world))
        if CODE in edit:
            self.guide.difference(edit)
        states = stage.states()
        guess = self.guide.ask("Which steps will run: none, all, or which?", names(states))
        before = stage.tree(self.guide.env)
        self.guide.tree("The tree before the run:", before)
        outcome = self.run(stage, states, scenario.touches)
        self.guide.compare(guess, outcome.executed)
        seen = self._judged(stage, scenario, outcome, len(states))
        self.must(
            (stage.clean() != clean) == scenario.changes_target, "the change does to a clean build what it should"
        )
        after = stage.tree(self.guide.env)
        if after == before:
            self.guide.say("The tree after the run is the same.")
        else:
            self.guide.tree("The tree after the run:", after)
        return seen

    def explain(self, seen: Seen, explanations: Explanations) -> None:
        """Say what belongs to what was seen. Raises Surprise where nothing does."""
        found = explanations.get((seen.verdict, seen.extent))
        if found is None:
            told = " or ".join(f"{verdict} ({extent} ran)" for verdict, extent in explanations)
            raise Surprise(f"{seen.scenario}: it was {seen.verdict} ({seen.extent} ran), and the tour tells of {told}")
        self.guide.say(found)

    def reason(self, seen: Seen) -> None:
        """Why a native cell is not exact, as the engine's expectations say it."""
        if seen.expected:
            self.guide.say(f"In short: {seen.expected.because}")
            self.guide.look({"with its source": f"{self.bench.engine.package}/{expectations.FILE}"})

    def must(self, holds: bool, told: str) -> None:
        """Raise Surprise unless it is as told."""
        if not holds:
            raise Surprise(f"this has to hold and does not: {told}")

    def _judged(self, stage: Stage, scenario: Scenario, outcome: Outcome, nodes: int) -> Seen:
        executed = outcome.executed
        with self.guide.status("plain Python builds it cleanly"):
            clean = stage.clean()
        verdict = judge(executed, outcome.target.digest, clean, scenario.most)
        place = stage.pipeline, stage.strategy, scenario.name
        expected = expectations.load(self.engine).get(place)
        wanted = expected.words if expected else "exact"
        self.must(verdict in wanted.split(" or "), f"{' '.join(place)} is {wanted} (it is {verdict})")
        missed = overlooked(executed, scenario.least) if verdict == "exact" else []
        self.must(not missed, f"{' '.join(place)} is exact, and not by luck ({', '.join(missed)} did not run)")
        self.guide.verdict(verdict, len(needless(executed, scenario.most)))
        count = len(set(executed))
        extent: Extent = "none" if not count else "all" if count == nodes else "some"
        return Seen(scenario.name, verdict, extent, expected)
