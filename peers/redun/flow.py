"""redun: a task runs again when its source or its arguments are others."""

from pathlib import Path

from redun import File, task

from shared.steps import ml

redun_namespace = "ml"


@task()
def preprocess(csv: File):
    return ml.preprocess(Path(csv.path))


@task()
def train(dataset, C: float):
    model = ml.train(dataset, C=C)
    return model


@task()
def evaluate(model, dataset):
    return ml.evaluate(model, dataset)


@task()
def report(metrics, out: str):
    file = File(out)
    file.write(ml.report(metrics))
    return file


@task()
def main(cost: float = 1.0):
    dataset = preprocess(File("data/digits.csv"))
    return report(evaluate(train(dataset, cost), dataset), "out/report.html")
