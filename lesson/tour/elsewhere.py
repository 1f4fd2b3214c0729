"""Stop 12: other systems whose programs are graphs. Only this stop runs nothing."""

from __future__ import annotations

from lesson.elsewhere import LASTING, PAGE, systems
from lesson.tour.guide import names
from lesson.tour.walk import Walk


def graphs(walk: Walk) -> None:
    """Programs as graphs elsewhere"""
    found = {system.name.split()[0]: system for system in systems()}
    walk.guide.say(
        "Workflow engines are not the only programs that make a graph first. Here are five, as the class names them. "
        "What is a node, and when is the graph known?"
    )
    for name, system in found.items():
        walk.guide.say(f"`{name}`: a node is {system.node}. The graph is known {system.known}.")
    question = "In which of them does a later run find the results of an earlier one: none, all, or which?"
    guess = walk.guide.ask(question, names(found))
    walk.guide.say("This is how long each of them keeps a result:")
    for name, system in found.items():
        walk.guide.say(f"`{name}`: {system.kept}.")
    walk.guide.compare(guess, LASTING)
    walk.guide.say(
        "Kubeflow and TFX have a cache: a component does not run again with the same inputs and parameters. So you can "
        "ask the question of this class about them too: does the cache notice edited code, or another library? Airflow "
        "keeps the state of a task for its own DAG run. The nodes of a TensorFlow graph are operations inside of one "
        "step, so the level above decides what is kept."
    )
    walk.guide.look({"each of them with its code": PAGE})
    walk.guide.say(
        "That was the class. `nox` measures such changes on all engines, and the README shows the results. "
        "`nox -s tour -- --engine NAME` takes this walk on another engine."
    )
