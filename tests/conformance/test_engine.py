"""The conformance suite, on the engine that ``--engine`` names."""

from __future__ import annotations

import pytest

from shared.conformance import Conformance
from shared.engine.protocol import Engine


class TestEngine(Conformance):
    @pytest.fixture(scope="class", autouse=True)
    @classmethod
    def _named(cls, engine: Engine) -> None:
        cls.engine = engine
