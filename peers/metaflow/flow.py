"""Metaflow: a run keeps what its steps make, and resume goes on from it."""

from pathlib import Path

from metaflow import FlowSpec, Parameter, step

from shared.steps import ml


class MlFlow(FlowSpec):
    C = Parameter("C", default=1.0)

    @step
    def start(self):
        self.dataset = ml.preprocess(Path("data/digits.csv"))
        self.next(self.train)

    @step
    def train(self):
        dataset, C = self.dataset, self.C
        model = ml.train(dataset, C=C)
        self.model = model
        self.next(self.evaluate)

    @step
    def evaluate(self):
        self.metrics = ml.evaluate(self.model, self.dataset)
        self.next(self.report)

    @step
    def report(self):
        self.html = ml.report(self.metrics)
        self.next(self.end)

    @step
    def end(self):
        Path("out/report.html").write_text(self.html)


if __name__ == "__main__":
    MlFlow()
