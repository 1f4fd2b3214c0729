"""The script of a stage."""

from artifacts import load, save

from shared.steps import ml

save(ml.report(load("out/metrics.json")), "out/report.html")
