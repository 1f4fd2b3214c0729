"""The comparison as web pages, from the results alone. Nothing on them asks for anything from outside."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from shutil import copyfile
from typing import Any

from saltern.strategies import strategy
from shared.pipelines import PROJECT
from shared.report import alacarte, choice, costs, peers, preview, score_page, side_by_side
from shared.report.cells import address, bundle
from shared.report.grains import glance
from shared.report.matrix import MatrixCell, matrix, matrix_cell
from shared.report.site import Site, engine_page, within_script
from shared.report.summary import Column, columns, headline, listed, out_of_the_box, paragraph
from shared.report.timing import Timing, chart, timings
from shared.rerun.evidence import FOLDER, page_in
from shared.rerun.peers import committed
from shared.rerun.results import Results
from shared.score.summary import Summary

PROOFS = 8  # links shown for one answer


def write(results: Sequence[Results], folder: Path, scores: Sequence[Summary] = (), address: str = "") -> Path:
    """Write ``index.html`` and its other pages to a folder, and return the path of the index.

    The pages that are evidence of stale cells are copied from the folder ``evidence`` beside it. ``address`` is where
    the folder will be published, if it will.

    Raises BadInput when a concept of the side by side has no code in some engine (see ``side_by_side``).
    """
    site = Site(results, scores, committed(), address)
    preview.draw([result.alone for result in results], folder / preview.FILE)
    shown = _evidence(results, folder)
    index = _index(site, folder, shown)
    for result in results:
        _engine(site, folder, result, shown)
    if site.handovers:
        _handover(site, folder)
    _a_la_carte(site, folder)
    _time(site, folder)
    score_page.write(site, folder)
    choice.write(site, folder)
    peers.write(site, folder)
    side_by_side.write(site, folder)
    return index


def _evidence(results: Sequence[Results], folder: Path) -> frozenset[str]:
    """Copy the pages that stale cells speak of, as far as they are there. Returns the digests of those."""
    found = (cell.evidence for result in results for cell in result.cells)
    named = {page for evidence in found if evidence for page in evidence.pages or ()}
    kept = {page: path for page in named if (path := page_in(folder.parent / FOLDER, page)).is_file()}
    if kept:
        (folder / FOLDER).mkdir(parents=True, exist_ok=True)
    for page, path in kept.items():
        copyfile(path, page_in(folder / FOLDER, page))
    return frozenset(kept)


def _index(site: Site, folder: Path, shown: frozenset[str]) -> Path:
    results = site.measured
    own = [result.alone for result in results]
    return site.write(
        folder,
        "index.html",
        "index.html",
        headline=headline(own),
        out_of_the_box=out_of_the_box(own),
        glance=glance(own),
        matrix=matrix(own, "Scenarios down, engines with their strategies across"),
        bundle=within_script(bundle(results, shown)),
        root=_root(folder),
        score=score_page.headline(site.scores),
    )


def _engine(site: Site, folder: Path, result: Results, shown: frozenset[str]) -> None:
    own = result.alone
    site.write(
        folder,
        engine_page(result.engine),
        "engine.html",
        result=result,
        headline=headline([own]),
        strategies=[
            {
                "label": one.label,
                "native": result.natives.get(one.strategy),
                "summary": strategy(one.strategy).summary,
                "paragraph": paragraph(one),
            }
            for one in columns([own])
        ],
        matrix=matrix([own], f"{result.engine}: scenarios down, strategies across"),
        bundle=within_script(bundle([own], shown)),
        root=_root(folder),
    )


def _root(folder: Path) -> str:
    """The way from a page to the project, for links to its files."""
    return Path(os.path.relpath(PROJECT, folder.resolve())).as_posix()


def _handover(site: Site, folder: Path) -> None:
    cells = site.handovers
    tables = []
    for place in dict.fromkeys((cell.strategy, cell.pipeline) for _, cell in cells):
        here = [(engine, cell) for engine, cell in cells if (cell.strategy, cell.pipeline) == place]
        across = list(dict.fromkeys(engine for engine, _ in here))
        rows: dict[str, dict[str, MatrixCell]] = {}
        for engine, cell in here:
            rows.setdefault(str(cell.partner), {})[engine] = matrix_cell(engine, cell)
        tables.append(
            {
                "strategy": place[0],
                "pipeline": place[1],
                "across": across,
                "rows": [(partner, [found.get(engine) for engine in across]) for partner, found in rows.items()],
            }
        )
    odd = sum(cell.verdict != "exact" for _, cell in cells)
    said = f"{odd:,} were not exact" if odd else "nothing ran again, and every result was right"
    sentence = f"In {len(cells):,} handovers from engine to engine, {said}."
    site.write(folder, "handover.html", "handover.html", headline=sentence, tables=tables)


def _a_la_carte(site: Site, folder: Path) -> None:
    engines = []
    for engine, group in _by_engine(site):
        natives = next(one.natives for one in site.measured if one.engine == engine)
        by_hand = {name for name, native in natives.items() if native.by_hand}
        places = [alacarte.place(column, by_hand=column.strategy in by_hand) for column in group]
        engines.append((engine, places))
    site.write(
        folder,
        "a-la-carte.html",
        "alacarte.html",
        engines=engines,
        questions=(alacarte.KEEPS, *alacarte.NOTICES, *alacarte.SINGLE),
        single=alacarte.SINGLE,
        cutoff_scenarios=alacarte.CUTOFF.scenarios,
        address=address,
        most=PROOFS,
    )


def _time(site: Site, folder: Path) -> None:
    across = columns([result.alone for result in site.measured])
    parts: list[dict[str, Any]] = []
    for pipeline in dict.fromkeys(cell.pipeline for column in across for cell in column.cells):
        if found := timings(pipeline, across):
            parts.append({"pipeline": pipeline, "timings": found, "chart": chart(found)})
    best = _most_saved([timing for part in parts for timing in part["timings"]])
    known = {"costs": costs.Costs.read(), "costs_heads": costs.HEADS, "costs_command": costs.COMMAND}
    site.write(folder, "time.html", "time.html", headline=best, parts=parts, **known)


def _most_saved(found: Sequence[Timing]) -> str:
    """A sentence: how much time each engine saved by a strategy that was never wrong, where it saved the most."""
    wrong = {(one.engine, one.strategy) for one in found for cell in one.cells if cell.verdict == "stale"}
    enough = [one for one in found if one.certain and (one.engine, one.strategy) not in wrong]
    honest = [(one.saved or 0, one) for one in enough]
    best: dict[str, tuple[float, Timing]] = {}
    for saved, one in sorted(honest, key=lambda pair: -pair[0]):
        if saved > 0:
            best.setdefault(one.engine, (saved, one))
    if not best:
        return "Seconds of each run, and what reuse saved. Too few runs were measured for a headline."
    said = [f"{100 * saved:.0f} % on {one.engine} ({one.strategy}, {one.pipeline})" for saved, one in best.values()]
    return f"Under strategies that were never stale, reuse saved up to {listed(said)} of the time."


def _by_engine(site: Site) -> Iterator[tuple[str, list[Column]]]:
    across = columns([result.alone for result in site.measured])
    for engine, group in groupby(across, key=lambda column: column.engine):
        yield engine, list(group)
