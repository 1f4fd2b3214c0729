"""The two pipelines as Airflow DAGs. This folder is an Airflow ``DAGS_FOLDER``."""
