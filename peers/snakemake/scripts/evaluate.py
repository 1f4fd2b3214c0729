"""The script of a rule."""

from artifacts import load, save
from snakemake.script import snakemake

from shared.steps import ml

save(ml.evaluate(load(snakemake.input.model), load(snakemake.input.dataset)), snakemake.output[0])
