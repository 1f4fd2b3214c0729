from airflow_dags.engine import ENGINE
from shared.cli import main

main(ENGINE)
