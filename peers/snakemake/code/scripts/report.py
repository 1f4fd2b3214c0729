"""The script of a rule."""

from artifacts import load, save
from snakemake.script import snakemake

from shared.steps import ml

save(ml.report(load(snakemake.input[0])), snakemake.output[0])
