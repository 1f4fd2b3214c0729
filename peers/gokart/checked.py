"""gokart: the same, and a task's own code is hashed too."""

import hashlib
import sys
from pathlib import Path

import gokart
import luigi

from shared.steps import ml


class Task(gokart.TaskOnKart):
    serialized_task_definition_check = luigi.BoolParameter(default=True, significant=False)


class Preprocess(Task):
    csv = luigi.Parameter()
    digest = luigi.Parameter()

    def run(self):
        self.dump(ml.preprocess(Path(self.csv)))


class Train(Task):
    dataset = gokart.TaskInstanceParameter()
    C = luigi.FloatParameter()

    def run(self):
        dataset, C = self.load("dataset"), self.C
        model = ml.train(dataset, C=C)
        self.dump(model)


class Evaluate(Task):
    model = gokart.TaskInstanceParameter()
    dataset = gokart.TaskInstanceParameter()

    def run(self):
        self.dump(ml.evaluate(self.load("model"), self.load("dataset")))


class Report(Task):
    metrics = gokart.TaskInstanceParameter()

    def run(self):
        self.dump(ml.report(self.load("metrics")))


if __name__ == "__main__":
    digest = hashlib.sha256(Path("data/digits.csv").read_bytes()).hexdigest()
    dataset = Preprocess(csv="data/digits.csv", digest=digest)
    model = Train(dataset=dataset, C=float(sys.argv[1]))
    html = gokart.build(Report(metrics=Evaluate(model=model, dataset=dataset)))
    Path("out/report.html").write_text(html)
