"""Stops 1 to 6: a graph, runs of it, and the engine's own rule of what is done."""

from __future__ import annotations

from lesson.tour.guide import listed, names, number
from lesson.tour.walk import Explanations, Walk

ML, NATIVE = "ml", "native"


def tree(walk: Walk) -> None:
    """The dependency tree"""
    stage, words = walk.stage(ML, NATIVE), walk.words
    walk.guide.say(
        "A workflow engine is given a graph of steps and runs them in an order in which each finds what it needs. "
        "Our pipeline `ml` learns to read handwritten digits: `preprocess` cleans a CSV and splits it, `train` fits "
        "a model, `evaluate` tests it, `report` writes a page. What a step makes is its artifact, a file in a store.",
        f"{words.task} {words.external}",
    )
    states = stage.states()
    guess = walk.guide.ask("Which step has to run first?", names(states))
    walk.guide.tree(f"What {words.name} would do:", stage.tree(walk.guide.env))
    first = [node for node, needs in stage.graph.edges.items() if not needs]
    walk.guide.compare(guess, first)
    walk.must(set(states.values()) == {"to run"}, "nothing is done, so everything is to run")
    walk.guide.say(
        "The target is at the root, and what a step needs hangs below it. `digits.csv` is an external input: a file "
        f"that no step makes. `{listed(first)}` needs nothing else, so it runs first. `evaluate` needs the model and "
        "the dataset, so `preprocess` hangs in two places: the tree is really a graph."
    )
    walk.guide.look({"a step": words.tasks, "the external input": words.externals})


def run(walk: Walk) -> None:
    """Run it once"""
    stage = walk.stage(ML, NATIVE)
    walk.guide.say("Now for real, on a copy of the project in a scratch folder.")
    guess = walk.guide.ask("Two steps need `preprocess`. How many times will it run?", number)
    outcome = walk.run(stage, stage.states())
    times = outcome.executed.count("preprocess")
    if guess is not None:
        walk.guide.say("As you said." if guess == times else f"You said {guess}; it was {times}.")
    stage.keep()
    walk.must(sorted(outcome.executed) == sorted(stage.graph.nodes), "each step runs once")
    walk.must(outcome.target.digest == stage.clean(), "the result is that of a clean build")
    walk.guide.tree("The tree now:", stage.tree(walk.guide.env))
    keeps = walk.engine.reuses(NATIVE)
    walk.must(set(stage.states().values()) == {"done" if keeps else "to run"}, "the tree follows the engine's rule")
    walk.guide.say(
        "Each step ran once, dependencies first, and who needed the dataset shared it. "
        + (
            "Every artifact is there, and so every step counts as done. "
            if keeps
            else "The artifacts are in the store, and all the same every step is to run again. "
        )
        + f"By {walk.words.name}'s own rule, {walk.native.summary}. The strategy `native` stands for that rule."
    )
    walk.guide.look({"where the rule decides": walk.words.rule})


def again(walk: Walk) -> None:
    """Run it again"""
    seen = walk.change(ML, NATIVE, "unchanged")
    walk.explain(
        seen,
        {
            ("exact", "none"): "Nothing ran. That is good when a step takes an hour, or when a run has failed at its "
            "last step: it goes on where it stopped. It is a problem when something has changed that the rule does "
            "not look at. The next stops look for such things.",
            ("wasteful", "all"): "Everything ran, though nothing had changed. That is good when you do not know what "
            "has changed: the result is right in any case. It is a problem when a step takes an hour, or when a run "
            "has failed at its last step: it begins at the first. (The word forced says that the artifact was there.)",
        },
    )
    walk.reason(seen)


def delete_last(walk: Walk) -> None:
    """Delete the last file"""
    walk.guide.say("Before each change from here on, everything is put back as the first run left it.")
    seen = walk.change(ML, NATIVE, "delete-last")
    walk.explain(
        seen,
        {
            ("exact", "some"): f"Only the last step ran. {walk.words.name} did not find the target, asked what it is "
            "made from, found that, and made the target from it.",
            ("wasteful", "all"): "Everything ran, as it would have without the change. Where nobody looks at what is "
            "there, nobody misses what is not.",
        },
    )


def delete_middle(walk: Walk) -> None:
    """Delete a file in the middle"""
    name = walk.words.name
    explanations: Explanations = {
        ("exact", "none"): f"Nothing ran, and the model is still missing. {name} starts at the target and goes no "
        "further down than the first artifact that is there. The verdict is right: so is the report. But whoever "
        "opens the model finds a hole, and the next step that needs it has to wait until it is made.",
        ("exact", "some"): f"Only `train` ran. {name} comes to every step and looks for that step's own artifact. "
        "The hole is filled, and what was made from the model before is still there and still right.",
        ("wasteful", "all"): "Everything ran. The hole is filled, but not because it was seen.",
    }
    walk.explain(walk.change(ML, NATIVE, "delete-middle"), explanations)
    if not walk.engine.reuses(NATIVE):
        walk.guide.say(
            f"What would {name} do if it looked? We lend it a cache, the strategy `salted` (more of it at stop 8), and "
            "delete the same file."
        )
        walk.explain(walk.change(ML, "salted", "delete-middle"), explanations)


def change_input(walk: Walk) -> None:
    """Change the input"""
    seen = walk.change(ML, NATIVE, "change-input")
    walk.explain(
        seen,
        {
            ("stale", "none"): "Nothing ran, and the report is wrong: it tells of a CSV that is not there any more. "
            f"There was no error and no warning. {walk.words.name} asked whether a file is there. It is, and what it "
            "was made from was not the question. The usual cure is to delete the outputs by hand, and to think of it "
            "each time.",
            ("exact", "all"): "Everything ran, and this time it had to: everything is made from the CSV. "
            f"{walk.words.name} is right, and has noticed nothing. To be right for less, somebody has to look at what "
            "an artifact was made from.",
        },
    )
    walk.reason(seen)
