"""Stops 7 to 11: names that say what an artifact was made from."""

from __future__ import annotations

from lesson.tour import bigfile, partner
from lesson.tour.guide import names
from lesson.tour.stage import Stage
from lesson.tour.walk import Walk
from lesson.tour.words import WORDS, Place
from saltern.store import Store

ML, ARTISTS = "ml", "artists"
RECIPE = Place("saltern/strategies.py", "def _recipe(")
CUT = Place("saltern/strategies.py", 'return f"digest:')
UNSEEN = "Nothing ran, and the report is wrong. "


def content(walk: Walk) -> None:
    """Salt by the content of the input, and its three faults"""
    walk.guide.say(
        "The first idea that everybody has is to put a hash of the CSV's content, its fingerprint, into the name of "
        "every artifact. Other data give other names, and no artifact has such a name yet. What is added to the name "
        f"is called the salt. This strategy is called `content`. {walk.words.hook}"
    )
    walk.guide.look({"where the salt hooks in": walk.words.hooks})
    told = (
        "Everything downstream of the CSV ran, because each artifact has another name now. That fault is gone. Three "
        "remain."
    )
    walk.explain(walk.change(ML, "content", "change-input"), {("exact", "all"): told})
    _not_salted(walk)
    _reads_it_all(walk)
    walk.guide.say("Fault 3: it does not see code.")
    told = f"{UNSEEN}Other code would make the model now, but the name does not depend on the code."
    walk.explain(walk.change(ML, "content", "edit-helper"), {("stale", "none"): told})


def _not_salted(walk: Walk) -> None:
    recipe = walk.built(ML, "content").recipe("train")
    walk.must("params" not in recipe, "the recipe under 'content' has no parameters")
    walk.guide.say(
        "Fault 1: the salt does not say which step made the artifact, and how. What goes into the name is called the "
        "recipe. This is the whole recipe of the model. It has no step, no version and no parameters."
    )
    walk.guide.recipe("train, under content", recipe)
    told = f"{UNSEEN}The parameter is another, but the name is the same. So yesterday's model was taken."
    walk.explain(walk.change(ML, "content", "change-parameter"), {("stale", "none"): told})


def _reads_it_all(walk: Walk) -> None:
    size = bigfile.affordable(walk.bench.scratch, walk.size)
    if size < walk.size:
        walk.guide.say(f"(There is room on the disk for {size} MB, not for {walk.size}.)")
    with walk.guide.status(f"a file of {size} MB is made and read"):
        seen = bigfile.measure(walk.bench.scratch, size)
    walk.guide.say(
        f"Fault 2: it reads the whole of a big file each time. For a file of {seen.size} MB, made a moment ago and so "
        f"mostly still in memory, a fingerprint takes {seen.read:.2f} s; from a disk or a network it is slower.",
        "Ours are remembered by path, size, time of change and inode. Asked again, the same file takes "
        f"{1000 * seen.remembered:.1f} ms. After a change of one byte it is read again: {seen.changed:.2f} s.",
    )
    walk.guide.look({"how they are remembered": Place("saltern/files.py", "def file_digest(")})


def salted(walk: Walk) -> None:
    """AggregateArtists, salted by name, version and parameters"""
    walk.guide.say(
        "The other pipeline counts plays of songs: `daily_counts` for each day, `aggregate_artists` over all days, "
        "`top_artists`. Here it has three days. The strategy is `salted`. Its recipe holds the step's name, version "
        "and parameters, and the salts of the steps that it needs. The salt is the hash of the recipe."
    )
    walk.guide.look({"the step": walk.words.fan_in, "the recipe": RECIPE})
    walk.guide.recipe("aggregate_artists, under salted", walk.built(ARTISTS, "salted").recipe("aggregate_artists"))
    told = (
        "The step has {} now, so it has another salt. The recipe of `top_artists` holds that salt, so its own salt "
        "is another one too. In this way a change passes downstream. Steps upstream kept their salts and did not run."
    )
    seen = walk.change(ARTISTS, "salted", "rename-step")
    walk.explain(seen, {("exact", "some"): told.format("another name")})
    seen = walk.change(ARTISTS, "salted", "bump-only")
    walk.explain(seen, {("exact", "some"): told.format("another version")})
    seen = walk.change(ARTISTS, "salted", "change-one-day")
    recipe = walk.built(ARTISTS, "salted").recipe("daily_counts[2018-03-07]")
    walk.explain(
        seen,
        {
            ("stale", "none"): "Nothing ran, and the page is wrong. The file is in the recipe by where it lies, as "
            f"`{recipe['inputs']['stream']}`, and not by what is in it. External inputs are trusted here. If you "
            "change one, you must give it another name or raise a version."
        },
    )


def lineage(walk: Walk) -> None:
    """Lineage: the input and the code count too"""
    walk.guide.say(
        "The strategy `lineage` combines the two. Its recipe is that of `salted`, with the content of the external "
        "inputs, the versions of libraries, and the code: the step's own, and all code of this project that it uses. "
        "Nobody has to raise a version any more."
    )
    walk.guide.recipe("train, under lineage", walk.built(ML, "lineage").recipe("train"))
    told = "The helper is in another file than the step, and it was found: the step and all that needs it ran."
    walk.explain(walk.change(ML, "lineage", "edit-helper"), {("exact", "some"): told})
    told = "Nothing ran. The code is read as Python reads it, without comments, docstrings and layout."
    walk.explain(walk.change(ML, "lineage", "edit-comment"), {("exact", "none"): told})
    walk.guide.look({"how code is read": Place("saltern/code.py", "def code_fingerprint(")})


def cutoff(walk: Walk) -> None:
    """Cutoff: nothing more runs"""
    walk.guide.say(
        "`lineage` has a price. We change something that makes no difference: we add a line to the CSV that "
        "`preprocess` drops."
    )
    told = (
        "Everything ran, and the report has the same bytes as before. The salt of a step says what it was made from, "
        "not what came out."
    )
    walk.explain(walk.change(ML, "lineage", "noise-input"), {("wasteful", "all"): told})
    walk.guide.say(
        "The strategy `cutoff` puts the content of the upstream artifacts into the recipe, in place of their salts. "
        "The same change again:"
    )
    told = (
        "`preprocess` had to run, because nobody can know beforehand what it makes of the new file. It made the same "
        "bytes. So the recipe of `train` is the same, and nothing more runs. The price: the name of a step is known "
        "only when everything upstream is made. In the tree before the run such steps are undecided."
    )
    walk.explain(walk.change(ML, "cutoff", "noise-input"), {("exact", "some"): told})
    walk.guide.look({"where content takes the place of the salt": CUT})


def shared(walk: Walk) -> None:
    """The same cache from another engine"""
    other = partner.find(walk.engine.name)
    if other.wanted:
        environment = WORDS[walk.engine.name].partner
        walk.guide.say(
            f"({other.wanted} would be next, but its environment .nox/{environment} is not there. {other.name} stands "
            "takes its place: plain Python, which runs every step.)"
        )
    stage = Stage(walk.bench, ML, "lineage", [other.package])
    name = other.name[0].upper() + other.name[1:]
    walk.guide.say(
        f"We begin with an empty store. {name} builds `ml` in it, under `lineage`. Then {walk.words.name} runs on the "
        "same store. A recipe does not say which engine runs."
    )
    with walk.guide.status(f"{other.name} builds"):
        built = other.build(stage)
    walk.must(sorted(built.executed) == sorted(stage.graph.nodes), f"{other.name} runs every step")
    walk.guide.say(f"{name} is done: {len(built.executed)} steps ran.")
    guess = walk.guide.ask(f"Which steps will {walk.words.name} run?", names(stage.graph.nodes))
    walk.guide.tree(f"The tree, as {walk.words.name} sees it:", stage.tree(walk.guide.env))
    outcome = walk.run(stage, stage.states())
    walk.guide.compare(guess, outcome.executed)
    walk.must(not outcome.executed, f"what {other.name} built is found ({outcome.reasons})")
    walk.must(outcome.target == built.target, "both engines name the same target")
    manifest = Store(stage.world.store).manifest(str(outcome.target.path).rpartition("/")[2])
    walk.must(manifest is not None and manifest["engine"] == built.engine, "the manifest names who made the target")
    walk.guide.say(
        f"Nothing ran. By its manifest the report was made by {built.engine}; its name is the one that "
        f"{walk.words.name} would have given it."
    )
