"""Prefect with a server on PostgreSQL, a work pool, and two workers that start a process for each flow run.

A deployment names its flow by a module path, so that each worker imports it from its own checkout. A flow run whose
machine is gone says nothing any more; an automation of the server then calls it crashed.

https://docs.prefect.io/v3/how-to-guides/self-hosted/server-cli
https://docs.prefect.io/v3/how-to-guides/deployment_infra/manage-work-pools
https://docs.prefect.io/v3/advanced/detect-zombie-flows
"""

from __future__ import annotations

import os
import sys
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Any, ClassVar

from clusters.databases import PostgreSQL
from clusters.deployment import PATIENCE, STRATEGY, Deployment, Ending, Site
from shared.engine import servers

POOL = "saltworks"
WORKERS = (0, 1)
HEARTBEAT = 30  # seconds, the least that Prefect allows
MISSED = 3  # heartbeats, as its documentation has it
PREFECT = (sys.executable, "-m", "prefect")


class Prefect(Deployment):
    engine = "prefect"
    package = "prefect_flows"
    machines = 2
    processes = "PostgreSQL, `prefect server start` on it, a work pool, and two times `prefect worker start`."
    distributions: ClassVar[Sequence[str]] = ("prefect",)

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self.database = PostgreSQL(self)
        self.port = servers.free_port()
        self.url = f"http://127.0.0.1:{self.port}/api"

    def start(self) -> None:
        self.database.start("prefect")
        self.site.env |= {
            "PREFECT_HOME": str(self.site.folder / "prefect"),
            "PREFECT_API_URL": self.url,
            "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": str(HEARTBEAT),
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
            "DO_NOT_TRACK": "1",
        }
        self.serve(
            "server",
            [*PREFECT, "server", "start", "--host", "127.0.0.1", "--port", str(self.port)],
            {
                **self.site.environment(0),
                "PREFECT_SERVER_DATABASE_CONNECTION_URL": self.database.address("postgresql+asyncpg", "prefect"),
                "PREFECT_SERVER_UI_ENABLED": "false",
            },
        )
        self._wait_for_server()
        os.environ.update(self.site.env)  # for what this process asks of the server
        self._register()
        for machine in WORKERS:
            words = ["worker", "start", "--pool", POOL, "--type", "process", "--name", f"worker-{machine}"]
            self.serve(
                f"worker-{machine}",
                [*PREFECT, *words],
                {**self.site.environment(machine), "PREFECT_WORKER_QUERY_SECONDS": "2"},
                self.site.checkouts[machine].folder,
            )

    def _wait_for_server(self) -> None:
        parts = [self.servers["PostgreSQL"], self.servers["server"]]
        servers.wait_until(lambda: servers.answers(f"{self.url}/health"), parts)

    def wait(self) -> None:
        self._wait_for_server()
        for server in self.servers.values():
            server.check()

    def _register(self) -> None:
        """The work pool, a deployment of each flow, and the automation that notices flow runs without heartbeats."""
        from prefect.automations import Automation
        from prefect.client.orchestration import get_client
        from prefect.client.schemas.actions import WorkPoolCreate
        from prefect.client.schemas.objects import StateType
        from prefect.deployments.runner import EntrypointType, RunnerDeployment
        from prefect.events.actions import ChangeFlowRunState
        from prefect.events.schemas.automations import EventTrigger, Posture

        from prefect_flows.artists import artists_flow
        from prefect_flows.ml import ml_flow

        with get_client(sync_client=True) as client:
            client.create_work_pool(WorkPoolCreate(name=POOL, type="process"))
        for flow in (ml_flow, artists_flow):
            deployment = RunnerDeployment.from_flow(
                flow, POOL, work_pool_name=POOL, entrypoint_type=EntrypointType.MODULE_PATH
            )
            deployment.apply()
        over = {f"prefect.flow-run.{state}" for state in ("Completed", "Failed", "Cancelled", "Crashed")}
        trigger = EventTrigger(
            after={"prefect.flow-run.heartbeat"},
            expect={"prefect.flow-run.heartbeat", *over},
            match={"prefect.resource.id": ["prefect.flow-run.*"]},
            for_each={"prefect.resource.id"},
            posture=Posture.Proactive,
            threshold=1,
            within=timedelta(seconds=HEARTBEAT * MISSED),
        )
        crashed = ChangeFlowRunState(name=None, state=StateType.CRASHED, message="its heartbeats ended", force=False)
        Automation(name="flow runs without heartbeats", trigger=trigger, actions=[crashed]).create()

    def run(self, pipeline: str) -> Ending:
        from prefect.deployments import run_deployment

        given = "csv" if pipeline == "ml" else "streams"
        parameters: dict[str, Any] = {"store": self.site.store, "strategy": STRATEGY}
        flow_run: Any = run_deployment(
            f"{pipeline}/{POOL}",
            parameters={**parameters, given: str(self.site.input(pipeline))},
            flow_run_name=f"{pipeline}-{uuid.uuid4().hex[:8]}",
            timeout=PATIENCE,
            poll_interval=1,
            as_subflow=False,
        )
        state = flow_run.state
        if state.is_completed():
            return Ending()
        return Ending(f"{state.name}: {state.message}")

    @property
    def restarts(self) -> Mapping[str, Callable[[], None]]:
        return {"server": partial(self.restart, "server"), "database": self.database.restart}

    def versions(self) -> list[str]:
        return [*super().versions(), self.database.version()]


DEPLOYMENT = Prefect
