"""doit with saltern: what a task declares is its parameters and the fingerprint of its code."""

import jobs
from doit import get_var
from doit.tools import config_changed

from saltern import fingerprint

C = float(get_var("C", 1.0))


def task(job, reads, makes, **parameters):
    return {
        "actions": [(job, [*reads, makes], parameters)],
        "file_dep": reads,
        "targets": [makes],
        "uptodate": [config_changed({**parameters, "code": fingerprint(job)})],
    }


def task_preprocess():
    return task(jobs.preprocess, ["data/digits.csv"], "out/dataset.parquet")


def task_train():
    return task(jobs.train, ["out/dataset.parquet"], "out/model.skops", C=C)


def task_evaluate():
    return task(jobs.evaluate, ["out/model.skops", "out/dataset.parquet"], "out/metrics.json")


def task_report():
    return task(jobs.report, ["out/metrics.json"], "out/report.html")
