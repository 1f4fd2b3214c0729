"""joblib with saltern: the fingerprint of the task's code is an argument, and so is what is in the CSV."""

import sys
from pathlib import Path

import tasks
from joblib import Memory
from joblib import hash as digest

from saltern import fingerprint

memory = Memory("cache", verbose=0)


@memory.cache
def kept(name, code, content, *inputs):
    return getattr(tasks, name)(*inputs)


def cached(task, *inputs, content=None):
    return kept(task.__name__, fingerprint(task), content, *inputs)


if __name__ == "__main__":
    csv = Path("data/digits.csv")
    dataset = cached(tasks.preprocess, str(csv), content=digest(csv.read_bytes()))
    model = cached(tasks.train, dataset, float(sys.argv[1]))
    html = cached(tasks.report, cached(tasks.evaluate, model, dataset))
    Path("out/report.html").write_text(html)
