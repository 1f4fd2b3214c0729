"""The ``ml`` pipeline as Luigi tasks.

Plain Luigi runs them too: ``luigi --module luigi_impl.ml Report --C 10 --local-scheduler``.
"""

from __future__ import annotations

from typing import get_args

import luigi
from luigi.util import inherits

from luigi_impl.inputs import PlaceParameter, target
from luigi_impl.mtime import SaltedTask
from saltern.luigi import Requirement, Requires, SaltedOutput
from shared.engine.build import Build
from shared.pipelines import CSV
from shared.steps import ml


class Table(luigi.ExternalTask):
    """The external input: a CSV file that no task makes."""

    path = PlaceParameter(CSV)

    def output(self) -> luigi.Target:
        return target(self.path)


@inherits(Table)
class Preprocess(SaltedTask):
    step = ml.preprocess
    target = luigi.Parameter(step.parameters["target"])
    test_size = luigi.FloatParameter(step.parameters["test_size"])
    seed = luigi.IntParameter(step.parameters["seed"])

    requires = Requires()
    csv = Requirement(Table)
    output = SaltedOutput()


class NumberOrRule(luigi.Parameter):
    """A number, or the name of a rule that computes one."""

    def parse(self, x: str) -> float | str:
        try:
            return float(x)
        except ValueError:
            return x


@inherits(Preprocess)
class Train(SaltedTask):
    step = ml.train
    C = luigi.FloatParameter(step.parameters["C"])
    gamma = NumberOrRule(step.parameters["gamma"])
    kernel = luigi.ChoiceParameter(step.parameters["kernel"], choices=get_args(ml.Kernel))

    requires = Requires()
    dataset = Requirement(Preprocess)
    output = SaltedOutput()


@inherits(Train)
class Evaluate(SaltedTask):
    step = ml.evaluate

    requires = Requires()
    model = Requirement(Train)
    dataset = Requirement(Preprocess)
    output = SaltedOutput()


@inherits(Evaluate)
class Report(SaltedTask):
    step = ml.report

    requires = Requires()
    metrics = Requirement(Evaluate)
    output = SaltedOutput()


def pipeline(build: Build) -> Report:
    """The one task to ask Luigi for: it finds the others from what each requires."""
    return Report(
        path=build.input,
        **build.params(ml.preprocess.name),
        **build.params(ml.train.name),
        store=build.store,
        strategy=build.strategy,
        run_id=build.run,
        force=build.force,
        verify=build.verify,
    )
