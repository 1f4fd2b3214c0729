"""Temperatures on Luigi: clean -> monthly -> chart."""

import sys

import luigi
from luigi.util import inherits

import steps
from saltern.luigi import Requirement, Requires, SaltedOutput, SaltedTask


class Measured(luigi.ExternalTask):
    def output(self) -> luigi.LocalTarget:
        return luigi.LocalTarget("temperatures.csv")


class Clean(SaltedTask):
    step = steps.clean

    requires = Requires()
    measured = Requirement(Measured)
    output = SaltedOutput()


@inherits(Clean)
class Monthly(SaltedTask):
    step = steps.monthly
    digits = luigi.IntParameter(1)

    requires = Requires()
    days = Requirement(Clean)
    output = SaltedOutput()


@inherits(Monthly)
class Chart(SaltedTask):
    step = steps.chart
    width = luigi.IntParameter(40)

    requires = Requires()
    means = Requirement(Monthly)
    output = SaltedOutput()


if __name__ == "__main__":
    wanted = Chart(strategy=(sys.argv[1:] or ["lineage"])[0])
    done = luigi.build([wanted], local_scheduler=True)
    for ran in wanted.cache.ledger.events("started"):
        print(f"{ran['step']}: {'; '.join(ran['reasons'])}")
    sys.exit(not done)
