"""The steps of the two pipelines: pure functions and nothing else."""
