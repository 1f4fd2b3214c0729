"""The script of a rule."""

from artifacts import load, save
from snakemake.script import snakemake

from shared.steps import ml

dataset, C = load(snakemake.input[0]), snakemake.params.C
model = ml.train(dataset, C=C)
save(model, snakemake.output[0])
