"""The Saltworks pipelines on Dask."""
