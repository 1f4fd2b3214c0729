"""The script of a stage."""

import dvc.api
from artifacts import load, save

from shared.steps import ml

dataset, C = load("out/dataset.parquet"), dvc.api.params_show()["C"]
model = ml.train(dataset, C=C)
save(model, "out/model.skops")
