"""A generated project: a graph of steps with all that goes into them, as a value. An edit makes another one.

On disk it is a user's project: a package ``flow`` with steps, helpers and constants, inputs as files, and the graph
for the wirings in ``graph.json``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

OUT = "out"  # the target: it gathers all that no other step needs
HELPERS = 4
CONSTANTS, FILES = 3, 3
DAYS = "abcd"  # the partitions there can be
WAYS = ("apart", "list", "dict", "star")  # each in an argument of its own; several in one; or given to ``*parts``


@dataclass(frozen=True)
class Node:
    """One step. ``needs`` are the numbers of other steps, all of them smaller."""

    number: int
    needs: tuple[int, ...] = ()
    file: int | None = None  # the input file that it reads beside
    mapped: bool = False  # one for each day, which reads that day's file and nothing else
    how: str = "apart"  # how it is given what it needs: see WAYS
    helper: int = 0
    factor: int = 1  # stands in its body
    given: int = 1  # its parameter, as the wiring gives it
    version: int = 1
    coarse: bool = False  # whether few values are possible, so that an edit above often changes nothing
    comment: int = 0

    @property
    def name(self) -> str:
        return f"s{self.number}"

    @property
    def parameter(self) -> str:
        return f"p{self.number}"

    @property
    def way(self) -> str:
        return self.how if self.needs else "apart"

    def inputs(self, names: Mapping[int, str]) -> dict[str, Any]:
        """What the step is given of those that it needs: by argument, the names of steps."""
        needs = {f"a{need}": names[need] for need in self.needs}
        return needs if self.way == "apart" else {"parts": needs if self.way == "dict" else [*needs.values()]}

    def source(self, function: str) -> str:
        reads = ["data"] if self.file is not None or self.mapped else []
        arguments, parts = {
            "apart": ([*(f"a{need}" for need in self.needs), *reads], [f"a{need}" for need in self.needs]),
            "list": (["parts", *reads], ["*parts"]),
            "dict": (["parts", *reads], ["*parts.values()"]),
            "star": ([*reads, "*parts"], ["*parts"]),
        }[self.way]
        values = ", ".join([*parts, *(f"read({name})" for name in reads)])
        star = "" if self.way == "star" else "*, "
        # two ways to name what is in another module
        helper = f"helpers.h{self.helper}" if self.number % 2 else f"h{self.helper}"
        comment = f"    # as agreed on, {self.comment}\n" if self.comment else ""
        return (
            f'@step(version="{self.version}", writes="json")\n'
            f"def {function}({''.join(f'{argument}, ' for argument in arguments)}{star}{self.parameter}: int = 1):\n"
            f"{comment}"
            f"    value = {helper}({values}) * K1 + {self.factor} * {self.parameter} + TABLE['k2']\n"
            f'    return {{"value": value % {3 if self.coarse else 1_000_003}}}\n'
        )


@dataclass(frozen=True)
class Project:
    nodes: tuple[Node, ...]
    helpers: tuple[int, ...] = (1,) * HELPERS
    moved: tuple[bool, ...] = (False,) * HELPERS  # whether a helper lives in a module of its own
    constants: tuple[int, ...] = (1,) * CONSTANTS
    files: tuple[int, ...] = (1,) * FILES
    days: tuple[int, ...] = (1, 1)  # what is in each day's file
    comment: int = 0

    @cached_property
    def graph(self) -> list[Node]:
        """All steps, dependencies first, the target last."""
        needed = {need for node in self.nodes for need in node.needs}
        ends = tuple(node.number for node in self.nodes if node.number not in needed)
        return [*self.nodes, Node(max((node.number for node in self.nodes), default=0) + 1, ends)]

    def name(self, node: Node) -> str:
        return OUT if node is self.graph[-1] else node.name

    def at(self, choice: int) -> Node:
        """One of the nodes, whatever the number."""
        return self.nodes[choice % len(self.nodes)]

    def node(self, choice: int, **changes: Any) -> Project:
        """With one node changed."""
        changed = self.at(choice)
        nodes = (replace(node, **changes) if node is changed else node for node in self.nodes)
        return replace(self, nodes=tuple(nodes))

    def without(self, choice: int) -> Project:
        """Without one node; who needs it does so no more."""
        gone = self.at(choice).number
        kept = [node for node in self.nodes if node.number != gone]
        nodes = [replace(node, needs=tuple(need for need in node.needs if need != gone)) for node in kept]
        return replace(self, nodes=tuple(nodes))

    @property
    def plain(self) -> Project:
        """Without its comments, which no result and no fingerprint depends on."""
        return replace(self, nodes=tuple(replace(node, comment=0) for node in self.nodes), comment=0)

    def __str__(self) -> str:
        lines = []
        for node in self.graph:
            reads = [f"s{need}" for need in node.needs]
            reads += [f"file{node.file}"] if node.file is not None else []
            reads += ["each day"] if node.mapped else []
            how = f" as {node.way}" if node.way != "apart" else ""
            lines.append(f"{self.name(node)}({', '.join(reads)}{how})")
        return " ".join(lines)

    def write(self, folder: Path) -> None:
        """Write the files that are not as they should be, and take away those that are too many."""
        wanted = dict(self._contents())
        for name, content in wanted.items():
            path = folder / name
            if not path.exists() or path.read_text() != content:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(content)
        for path in [*(folder / "flow").glob("*.py"), *(folder / "data").glob("*.txt")]:
            if path.relative_to(folder).as_posix() not in wanted:
                path.unlink()

    def _contents(self) -> Iterator[tuple[str, str]]:
        yield "pyproject.toml", ""
        yield "flow/__init__.py", ""
        yield (
            "flow/constants.py",
            "".join(
                (
                    f"K0 = {self.constants[0]}\n",
                    f"K1 = {self.constants[1]}\n",
                    f"TABLE = {{'k2': {self.constants[2]}}}\n",
                )
            ),
        )
        yield "flow/weights.py", _WEIGHTS
        yield "flow/helpers.py", self._helpers()
        for number, moved in enumerate(self.moved):
            if moved:
                yield f"flow/helper{number}.py", _IMPORTS + self._helper(number)
        yield "flow/steps.py", self._steps()
        for number, value in enumerate(self.files):
            yield f"data/file{number}.txt", f"{value}\n"
        for day, value in zip(DAYS, self.days, strict=False):
            yield f"data/day-{day}.txt", f"{value}\n"
        yield "graph.json", json.dumps(self.wiring())

    def _helpers(self) -> str:
        parts = [_IMPORTS]
        for number, moved in enumerate(self.moved):
            parts.append(f"from flow.helper{number} import h{number}\n" if moved else self._helper(number))
        comment = f"# reviewed {self.comment} times\n" if self.comment else ""
        return comment + "\n\n".join(parts)

    def _helper(self, number: int) -> str:
        return _HELPERS[number].replace("VALUE", str(self.helpers[number]))

    def _steps(self) -> str:
        names = ", ".join(f"h{number}" for number in range(HELPERS))
        head = (
            "from pathlib import Path\n\nfrom saltern import step\n\nfrom flow import helpers\n"
            f"from flow.constants import K1, TABLE\nfrom flow.helpers import {names}\n\n\n"
            "def read(path):\n    return {'value': int(Path(path).read_text())}\n"
        )
        return "\n\n".join([head, *(node.source(self.name(node)) for node in self.graph)])

    def wiring(self) -> Mapping[str, Any]:
        """The graph as the wirings read it."""
        names = {node.number: self.name(node) for node in self.graph}
        steps = [
            {
                "name": self.name(node),
                "inputs": node.inputs(names),
                "star": node.way == "star",
                "file": None if node.file is None else f"data/file{node.file}.txt",
                "mapped": node.mapped,
                "parameter": node.parameter,
                "given": node.given,
            }
            for node in self.graph
        ]
        return {"steps": steps, "days": {day: f"data/day-{day}.txt" for day in DAYS[: len(self.days)]}}


_IMPORTS = """from functools import partial

from flow.constants import K0
from flow.weights import weighted
"""

# Each is written in another way.
_HELPERS = (
    """def h0(*values):
    return K0 * weighted(values) + VALUE
""",
    """class Sum:
    start = VALUE

    def of(self, *values):
        return self.start + weighted(values)


h1 = Sum().of
""",
    """def _shifted(shift, *values):
    return shift - weighted(values)


h2 = partial(_shifted, VALUE)
""",
    """def h3(*values):
    def last():
        return VALUE

    return weighted(values) * last() + K0
""",
)

_WEIGHTS = '''def amount(value):
    """What a step made; of what it made for each day, the sum."""
    return value["value"] if "value" in value else sum(map(amount, value.values()))


def weighted(values):
    return sum(weight * amount(value) for weight, value in enumerate(values, 2))
'''
