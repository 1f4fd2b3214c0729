"""What a run would do: each node done or to run, and why. Nothing is run to find out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from rich.tree import Tree

from shared.build import Build
from shared.engine import Engine
from shared.salting import Call

State = Literal["done", "to run", "missing"]
MARKS: dict[State, tuple[str, str]] = {"done": ("✓", "green"), "to run": ("▶", "yellow"), "missing": ("○", "red")}


@dataclass(frozen=True)
class Prospect:
    """What would become of one node. ``missing``: its artifact is gone, and nothing will make it again."""

    state: State
    why: str


def plan(build: Build, engine: Engine) -> dict[str, Prospect]:
    """Every node's prospect, by the engine's rule of where it looks for finished work."""
    if not engine.reuses(build.strategy):
        kept = f"{engine.name} keeps nothing between runs under '{build.strategy}'"
        return dict.fromkeys(build.calls, Prospect("to run", kept))
    found = {name: build.cache.find(call) is not None for name, call in build.calls.items()}
    wanted = _wanted(build, found) if engine.looks_at == "target" else set(build.calls)
    prospects = {}
    for name, call in build.calls.items():
        if found[name]:
            prospects[name] = Prospect("done", call.artifact.name)
        elif name in wanted:
            prospects[name] = Prospect("to run", why(build, call))
        else:
            prospects[name] = Prospect("missing", "its artifact is gone; what needs it is done, so nothing asks for it")
    return prospects


def _wanted(build: Build, found: dict[str, bool]) -> set[str]:
    """Walking down from the target, each node up to the first that is done."""
    wanted: set[str] = set()
    stack = [build.graph.nodes[build.graph.target]]
    while stack:
        node = stack.pop()
        if node.key not in wanted:
            wanted.add(node.key)
            if not found[node.key]:
                stack.extend(node.needs)
    return wanted


def why(build: Build, call: Call) -> str:
    """The reason that an artifact has to be made: the call against the newest manifest of the same step."""
    store = build.cache.store
    if store.exists(call.artifact.name):
        return "output damaged"
    earlier = [
        manifest
        for manifest in store.manifests(call.step.name)
        if manifest["partition"] == call.partition and manifest["strategy"] == build.strategy
    ]
    if not earlier:
        return "first run"
    if any(manifest["name"] == call.artifact.name for manifest in earlier):
        return "output missing"
    return "; ".join(_differences(call, max(earlier, key=lambda manifest: manifest["made"]))) or "first run"


def _differences(call: Call, manifest: dict[str, Any]) -> list[str]:
    new, old = call.recipe or {}, manifest.get("recipe") or {}
    found = []
    if new.get("version") != old.get("version"):
        found.append(f"version raised: {old.get('version')} to {new.get('version')}")
    before = old.get("params", {})
    for name, value in new.get("params", {}).items():
        if before.get(name) != value:
            found.append(f"parameter changed: {name} from {before.get(name)} to {value}")
    code, then = new.get("code", {}), old.get("code", {})
    if places := sorted(place for place in code | then if code.get(place) != then.get(place)):
        found.append(f"code changed: {', '.join(places)}")
    libraries, then = new.get("libraries", {}), old.get("libraries", {})
    if changed := sorted(name for name in libraries | then if libraries.get(name) != then.get(name)):
        found.append(f"library changed: {', '.join(changed)}")
    if new.get("inputs") != old.get("inputs"):
        found.append("upstream changed" if call.upstream else "input data changed")
    return found


def tree(build: Build, engine: Engine) -> Tree:
    """The dependency tree, the target at its root, with what it needs below. A shared node is drawn out once."""
    prospects = plan(build, engine)
    drawn: set[str] = set()

    def label(name: str) -> str:
        state, why = prospects[name].state, prospects[name].why
        mark, colour = MARKS[state]
        again = " [dim](drawn above)[/]" if name in drawn else ""
        return f"[{colour}]{mark} {name.replace('[', chr(92) + '[')}[/]  [{colour}]{state}[/][dim]: {why}[/]{again}"

    nodes = build.graph.nodes
    root = Tree(label(build.graph.target))
    stack = [(root, nodes[build.graph.target])]
    while stack:
        branch, node = stack.pop()
        if node.key != build.graph.target:
            branch = branch.add(label(node.key))
        if node.key in drawn:
            continue
        drawn.add(node.key)
        for source in node.sources:
            branch.add(f"[blue]{source.name}[/]  [dim]external input[/]")
        stack += [(branch, need) for need in reversed(list(node.needs))]
    return root
