"""The two pipelines as Prefect flows, with the salt in Prefect's own cache keys."""
