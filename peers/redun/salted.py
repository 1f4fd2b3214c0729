"""redun with saltern: the version of a task is the fingerprint of its code."""

import tasks
from redun import File, task

from saltern import fingerprint

redun_namespace = "ml"


def versioned(function):
    return task(version=fingerprint(function), name=function.__name__)(function)


@task(version=fingerprint(tasks.preprocess))
def preprocess(csv: File):
    return tasks.preprocess(csv.path)


@task(version=fingerprint(tasks.report))
def report(metrics, out: str):
    file = File(out)
    file.write(tasks.report(metrics))
    return file


train, evaluate = versioned(tasks.train), versioned(tasks.evaluate)


@task()
def main(cost: float = 1.0):
    dataset = preprocess(File("data/digits.csv"))
    return report(evaluate(train(dataset, cost), dataset), "out/report.html")
