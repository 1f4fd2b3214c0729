"""Stops 1 to 6: a graph, runs of it, and the engine's own rule of what is done."""

from __future__ import annotations

from lesson.tour.guide import listed, names, number
from lesson.tour.walk import Explanations, Walk

ML, NATIVE = "ml", "native"


def tree(walk: Walk) -> None:
    """The dependency tree"""
    stage, words = walk.stage(ML, NATIVE), walk.words
    walk.guide.say(
        "A workflow engine gets a graph of steps. It runs each step after the steps that it needs. "
        "Our pipeline `ml` learns to read handwritten digits: `preprocess` cleans a CSV and splits it, `train` fits "
        "a model, `evaluate` tests it, `report` writes a page. The output of a step is its artifact, a file in a "
        "folder, the store.",
        f"{words.task} {words.external}",
    )
    states = stage.states()
    guess = walk.guide.ask("Which step has to run first?", names(states))
    walk.guide.tree(f"What {words.name} would do:", stage.tree(walk.guide.env))
    first = [node for node, needs in stage.graph.edges.items() if not needs]
    walk.guide.compare(guess, first)
    walk.must(set(states.values()) == {"to run"}, "nothing is done, so everything is to run")
    walk.guide.say(
        "The target is at the root, and below each step is what it needs. `digits.csv` is an external input: a file "
        f"that no step makes. `{listed(first)}` needs nothing else, so it runs first. `evaluate` needs the model and "
        "the dataset, so `preprocess` is in two places: the tree is really a graph."
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
        walk.guide.judge(guess == times, str(guess), str(times))
    stage.keep()
    walk.must(sorted(outcome.executed) == sorted(stage.graph.nodes), "each step runs once")
    walk.must(outcome.target.digest == stage.clean(), "the result is that of a clean build")
    walk.guide.tree("The tree now:", stage.tree(walk.guide.env))
    keeps = walk.engine.reuses(NATIVE)
    walk.must(set(stage.states().values()) == {"done" if keeps else "to run"}, "the tree follows the engine's rule")
    walk.guide.say(
        "Each step ran once, after the steps that it needs. The two steps that need the dataset shared it. "
        + (
            "Every artifact exists, so every step counts as done. "
            if keeps
            else "The artifacts are in the store. Nevertheless every step is to run again. "
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
            ("exact", "none"): "Nothing ran. That is good when a step takes an hour. It is a problem when something "
            "has changed that the rule does not look at. The next stops look for such changes.",
            ("wasteful", "all"): "Everything ran, though nothing had changed. That is good when you do not know what "
            "has changed: the result is right in any case. It is a problem when a step takes an hour. (The word "
            "forced means that the artifact was there.)",
        },
    )
    walk.guide.say(walk.words.failed)
    walk.reason(seen)


def delete_last(walk: Walk) -> None:
    """Delete the last file"""
    walk.guide.say("Before each change from here on, everything is put back as the first run left it.")
    seen = walk.change(ML, NATIVE, "delete-last")
    walk.explain(
        seen,
        {
            ("exact", "some"): f"Only the last step ran. {walk.words.name} did not find the target. It looked for "
            "what the target is made from, found that, and made the target from it.",
            ("wasteful", "all"): "Everything ran, as it would have without the change. This engine does not look at "
            "the artifacts, so it does not notice that one is missing.",
        },
    )


def delete_middle(walk: Walk) -> None:
    """Delete a file in the middle"""
    name = walk.words.name
    explanations: Explanations = {
        ("exact", "none"): f"Nothing ran, and the model is still missing. {name} starts at the target and stops at "
        "the first artifact that exists. The verdict is exact, because the report is right. But whoever opens the "
        "model does not find it, and the next step that needs it has to wait until it is made again.",
        ("exact", "some"): f"Only `train` ran. {name} looks at every step, and at that step's own artifact. "
        "The model is there again. What was made from it before is still there and still right.",
        ("wasteful", "all"): "Everything ran. The model is there again, but not because somebody noticed.",
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
            ("stale", "none"): "Nothing ran, and the report is wrong: it shows the old CSV. There was no error and "
            f"no warning. {walk.words.name} asked only whether the output exists. It did not ask what the output was "
            "made from. The usual remedy is to delete the outputs by hand, and somebody has to remember it each time.",
            ("exact", "all"): "Everything ran, and this time it had to: everything is made from the CSV. "
            f"{walk.words.name} is right, but it has not noticed the change. To run less and still be right, the "
            "engine would have to know what an artifact was made from.",
        },
    )
    walk.reason(seen)
