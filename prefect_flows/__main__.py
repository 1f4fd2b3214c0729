from prefect_flows.engine import ENGINE
from shared.cli import main

main(ENGINE)
