"""The conformance suite: what every engine must pass, as a class to subclass. It is for pytest.

>>> from shared.conformance import Conformance
>>> from my_engine.engine import ENGINE
>>>
>>> class TestMyEngine(Conformance):
...     engine = ENGINE

Only tests import this package: nothing else of the project needs pytest.
"""

from __future__ import annotations

import pytest

# Before they are imported, so that a failed assertion in them shows both sides, as in a test file.
for _room in ("artifacts", "command_line", "graph", "inputs", "reuse"):
    pytest.register_assert_rewrite(f"{__name__}.{_room}")

from shared.conformance import artifacts, graph, inputs, reuse  # noqa: E402


class Conformance(artifacts.Artifacts, graph.Graph, inputs.Inputs, reuse.Reuse):
    """A subclass names its ``engine``. Every run is a fresh process in a fresh workspace."""


__all__ = ["Conformance"]
