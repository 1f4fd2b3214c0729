"""The script of a stage."""

from pathlib import Path

from artifacts import save

from shared.steps import ml

save(ml.preprocess(Path("data/digits.csv")), "out/dataset.parquet")
