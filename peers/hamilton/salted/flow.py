"""Hamilton with saltern: the driver gives each node the fingerprint of its task's code."""

import sys
from pathlib import Path

import tasks
from hamilton import driver
from salted import nodes

from saltern import fingerprint

if __name__ == "__main__":
    dr = driver.Builder().with_modules(nodes).with_cache().build()
    inputs = {"path": "data/digits.csv", "C": float(sys.argv[1])}
    for task in (tasks.preprocess, tasks.train, tasks.evaluate, tasks.report):
        inputs[f"{task.__name__}_code"] = fingerprint(task)
    html = dr.execute(["report"], inputs=inputs)["report"]
    Path("out/report.html").write_text(html)
