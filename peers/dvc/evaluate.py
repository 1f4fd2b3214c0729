"""The script of a stage."""

from artifacts import load, save

from shared.steps import ml

save(ml.evaluate(load("out/model.skops"), load("out/dataset.parquet")), "out/metrics.json")
