"""The script of a rule."""

from pathlib import Path

from artifacts import save
from snakemake.script import snakemake

from shared.steps import ml

save(ml.preprocess(Path(snakemake.input[0])), snakemake.output[0])
