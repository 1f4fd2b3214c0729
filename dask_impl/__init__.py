"""The Saltworks pipelines on Dask."""

LIVE, JOBLIB = "dask/live", "dask/joblib"  # ways of Dask's own: see live.py and memory.py
