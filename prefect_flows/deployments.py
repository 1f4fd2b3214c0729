"""The flows as deployments, which Prefect's pages can start: ``python -m prefect_flows.deployments STORE``.

https://docs.prefect.io/v3/how-to-guides/deployment_infra/run-flows-in-local-processes
"""

import sys

from prefect import serve

from prefect_flows.artists import artists_flow
from prefect_flows.ml import ml_flow

NAME = "saltworks"


def main(store: str) -> None:
    """Wait for runs to be started on the server that the environment names, and run them, one at a time."""
    flows = (ml_flow, artists_flow)
    serve(*(flow.to_deployment(NAME, parameters={"store": store}, tags=[flow.name]) for flow in flows), limit=1)


if __name__ == "__main__":
    main(*sys.argv[1:])
