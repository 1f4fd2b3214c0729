"""checkpointer with saltern: what is hashed of a function is the fingerprint of its code."""

import hashlib
import sys
from pathlib import Path

import tasks
from checkpointer import checkpoint

from saltern import fingerprint


def cached(task):
    return checkpoint(directory="cache", fn_hash_from=fingerprint(task))(task)


def preprocess(csv, digest):
    return tasks.preprocess(csv)


if __name__ == "__main__":
    csv = Path("data/digits.csv")
    prepared = checkpoint(directory="cache", fn_hash_from=fingerprint(tasks.preprocess))(preprocess)
    train, evaluate, report = map(cached, (tasks.train, tasks.evaluate, tasks.report))
    dataset = prepared(str(csv), hashlib.sha256(csv.read_bytes()).hexdigest())
    html = report(evaluate(train(dataset, float(sys.argv[1])), dataset))
    Path("out/report.html").write_text(html)
