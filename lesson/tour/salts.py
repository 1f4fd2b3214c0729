"""Stops 7 to 11: names that say what an artifact was made from."""

from __future__ import annotations

from lesson.tour import bigfile, partner
from lesson.tour.guide import names
from lesson.tour.stage import Stage
from lesson.tour.walk import Walk
from lesson.tour.words import WORDS, Place
from saltern.store import Store
from shared.rerun.scenarios import SCENARIOS, chosen

ML, ARTISTS = "ml", "artists"
RECIPE = Place("saltern/strategies.py", "def _recipe(")
CUT = Place("saltern/strategies.py", 'return f"digest:')
UNSEEN = "Nothing ran, and the report is wrong. "


def content(walk: Walk) -> None:
    """Salt by the content of the input, and its three faults"""
    walk.guide.say(
        "The first idea that everybody has: put a hash of the CSV's content, its fingerprint, into the name of every "
        "artifact. Other data, other names; and under another name nothing is there yet. What is in the name is "
        f"called the salt. This strategy is `content`. {walk.words.hook}"
    )
    walk.guide.look({"where the salt hooks in": walk.words.hooks})
    told = (
        "Everything downstream of the CSV ran: each artifact has another name now. That fault is mended. Three are not."
    )
    walk.explain(walk.change(ML, "content", "change-input"), {("exact", "all"): told})
    _not_salted(walk)
    _reads_it_all(walk)
    walk.guide.say("Fault 3: it does not see code.")
    told = f"{UNSEEN}The model is made by other code now, and no name says by which."
    walk.explain(walk.change(ML, "content", "edit-helper"), {("stale", "none"): told})


def _not_salted(walk: Walk) -> None:
    recipe = walk.built(ML, "content").recipe("train")
    walk.must("params" not in recipe, "the recipe under 'content' has no parameters")
    walk.guide.say(
        "Fault 1: it is no salted hash. A salt should say which step made the artifact, and how. This is all that "
        "goes into the name of the model, its recipe: no step, no version, no parameters."
    )
    walk.guide.recipe("train, under content", recipe)
    told = f"{UNSEEN}Another parameter, the same name: the model of yesterday passes for today's."
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
        "`top_artists`. Three days will do. The strategy is `salted`: into the recipe go the step's name, its version, "
        "its parameters, and the salts of what it needs. The salt is the hash of the recipe."
    )
    walk.guide.look({"the step": walk.words.fan_in, "the recipe": RECIPE})
    walk.guide.recipe("aggregate_artists, under salted", walk.built(ARTISTS, "salted").recipe("aggregate_artists"))
    told = (
        "The step has {} now, so it has another salt. `top_artists` has that salt in its own recipe, so it has another "
        "one too: a change travels downstream by itself. What is upstream kept its salt, and was not made again."
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
            f"`{recipe['inputs']['stream']}`, and not by what is in it. External inputs are trusted here; whoever "
            "changes one in place has to give it another name, or to raise a version."
        },
    )


def lineage(walk: Walk) -> None:
    """Lineage: the input and the code count too"""
    walk.guide.say(
        "The strategy `lineage` takes all that we have learned: it is `salted`, and into the recipe go the content of "
        "the external inputs, the versions of libraries, and the code: the step's own, and all of this project that "
        "it reaches. Nobody has to raise a version any more."
    )
    walk.guide.recipe("train, under lineage", walk.built(ML, "lineage").recipe("train"))
    told = "The helper is in another file than the step, and it was found: the step and all that needs it ran."
    walk.explain(walk.change(ML, "lineage", "edit-helper"), {("exact", "some"): told})
    told = (
        "Nothing ran. Code is read as Python reads it, without comments, docstrings and layout, so that nobody need "
        "fear to write a comment."
    )
    walk.explain(walk.change(ML, "lineage", "edit-comment"), {("exact", "none"): told})
    walk.guide.look({"how code is read": Place("saltern/code.py", "def code_fingerprint(")})


def cutoff(walk: Walk) -> None:
    """Cutoff: the wave stops"""
    walk.guide.say(
        "`lineage` has a price. Change something that does not matter: a line at the end of the CSV that `preprocess` "
        "throws away."
    )
    told = (
        "All of it ran, for a report that has the same bytes as before. A salt of salts says what an artifact was made "
        "from, not what came out."
    )
    walk.explain(walk.change(ML, "lineage", "noise-input"), {("wasteful", "all"): told})
    walk.guide.say(
        "The strategy `cutoff` puts the content of what is upstream into the recipe in place of its salt. The same "
        "change again:"
    )
    told = (
        "`preprocess` had to run, as nobody can know beforehand what it makes of the new file. It made the same bytes, "
        "so the recipe of `train` is the same, and there the wave stops. The price: a name is not known before what is "
        "upstream is made. The tree before the run says so, where it says undecided."
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
            "in for it: plain Python, which runs every step and looks for nothing.)"
        )
    stage = Stage(walk.bench, ML, "lineage", [other.package])
    name = other.name[0].upper() + other.name[1:]
    walk.guide.say(
        f"An empty store. {name} builds `ml` in it, under `lineage`; then {walk.words.name} runs on that store. "
        "Nothing in a recipe says which engine runs."
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
    walk.guide.say(
        f"That was the class. `nox` puts all engines through {len(chosen(None, []))} such changes, `nox -s compare -- "
        f"--full` through all {len(SCENARIOS)}, and the README says what comes of it. `nox -s tour -- --engine NAME` "
        f"takes this walk on another engine: {', '.join(WORDS)}."
    )
