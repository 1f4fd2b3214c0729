"""redun: the same, and a task names the helpers that count with it."""

from pathlib import Path

from redun import File, task

from shared.steps import ml, models

redun_namespace = "ml"


@task(hash_includes=[ml.preprocess.function])
def preprocess(csv: File):
    return ml.preprocess(Path(csv.path))


@task(hash_includes=[ml.train.function, models.classifier])
def train(dataset, C: float):
    model = ml.train(dataset, C=C)
    return model


@task(hash_includes=[ml.evaluate.function])
def evaluate(model, dataset):
    return ml.evaluate(model, dataset)


@task(hash_includes=[ml.report.function])
def report(metrics, out: str):
    file = File(out)
    file.write(ml.report(metrics))
    return file


@task()
def main(cost: float = 1.0):
    dataset = preprocess(File("data/digits.csv"))
    return report(evaluate(train(dataset, cost), dataset), "out/report.html")
