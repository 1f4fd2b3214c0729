"""gokart with saltern: the fingerprint of a task's code is one of its parameters."""

import hashlib
import sys
from pathlib import Path

import gokart
import luigi
import tasks

from saltern import fingerprint


class Preprocess(gokart.TaskOnKart):
    code = luigi.Parameter(default=fingerprint(tasks.preprocess))
    csv = luigi.Parameter()
    digest = luigi.Parameter()

    def run(self):
        self.dump(tasks.preprocess(self.csv))


class Train(gokart.TaskOnKart):
    code = luigi.Parameter(default=fingerprint(tasks.train))
    dataset = gokart.TaskInstanceParameter()
    C = luigi.FloatParameter()

    def run(self):
        self.dump(tasks.train(self.load("dataset"), self.C))


class Evaluate(gokart.TaskOnKart):
    code = luigi.Parameter(default=fingerprint(tasks.evaluate))
    model = gokart.TaskInstanceParameter()
    dataset = gokart.TaskInstanceParameter()

    def run(self):
        self.dump(tasks.evaluate(self.load("model"), self.load("dataset")))


class Report(gokart.TaskOnKart):
    code = luigi.Parameter(default=fingerprint(tasks.report))
    metrics = gokart.TaskInstanceParameter()

    def run(self):
        self.dump(tasks.report(self.load("metrics")))


if __name__ == "__main__":
    digest = hashlib.sha256(Path("data/digits.csv").read_bytes()).hexdigest()
    dataset = Preprocess(csv="data/digits.csv", digest=digest)
    model = Train(dataset=dataset, C=float(sys.argv[1]))
    html = gokart.build(Report(metrics=Evaluate(model=model, dataset=dataset)))
    Path("out/report.html").write_text(html)
