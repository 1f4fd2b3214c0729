"""Hamilton: a driver with a cache on disk."""

import sys
from pathlib import Path

import nodes
from hamilton import driver

dr = driver.Builder().with_modules(nodes).with_cache().build()
inputs = {"path": "data/digits.csv", "C": float(sys.argv[1])}
html = dr.execute(["report"], inputs=inputs)["report"]
Path("out/report.html").write_text(html)
