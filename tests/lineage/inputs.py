"""Inputs: files, folders, patterns, and what lies in the store."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

from tests.lineage.case import Case

FUTURE = 4_000_000_000


def in_place(path: Path, text: str) -> None:
    """Write over a file; its inode, and where the text is as long its size, and its time stay."""
    before = path.stat()
    with path.open("r+") as file:
        file.write(text)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def from_the_future(folder: Path) -> None:
    os.utime(folder / "in.txt", (FUTURE, FUTURE))


def tamper(folder: Path) -> None:
    (path,) = (one for one in (folder.parent / "stores/store").glob("a-*.json") if "manifest" not in one.name)
    os.utime(path, (1_600_000_000, 1_600_000_000))
    in_place(path, "7")


CASES = [
    Case(
        name="same_content_elsewhere",
        about="The same content under another path, with another time.",
        project="""
        --- steps.py
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return data.read_text()
        """,
        edit=lambda folder: (folder / "in.txt").rename(folder / "other.dat"),
        calls_after=(("out", {"data": "other.dat"}, "{}"),),
        expect="reuse",
    ),
    Case(
        name="name_of_file_used",
        about=(
            "The step reads something out of the file's name (a day, an id): two files of the same content. "
            "(a day without rows, a header only: two days, one artifact)"
        ),
        project="""
        --- steps.py
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return {"day": data.stem, "rows": data.read_text()}
        """,
        edit=lambda folder: (folder / "in.txt").rename(folder / "2018-03-06.txt"),
        calls_after=(("out", {"data": "2018-03-06.txt"}, "{}"),),
        expect="rerun",
    ),
    Case(
        name="directory",
        about="A directory as an input: images, a partitioned dataset, a git checkout.",
        project="""
        --- images/a.txt
        1
        --- images/b.txt
        2
        --- steps.py
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return sorted(path.read_text() for path in data.iterdir())
        """,
        calls=(("out", {"data": "images"}, "{}"),),
        edit=("images/b.txt", "2", "3"),
        expect="rerun",
    ),
    Case(
        name="misspelt_input",
        about="An input's name that the step has not.",
        project="""
        --- steps.py
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return 1
        """,
        calls=(("out", {"dat": "in.txt"}, "{}"),),
        expect="refuse",
    ),
    Case(
        name="gz_header",
        about=(
            "The same content, compressed anew: another time in the header. (wasteful, and fair: cutoff stops below)"
        ),
        project="""
        --- steps.py
        import gzip
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return gzip.decompress(data.read_bytes()).decode()
        """,
        setup=lambda folder: (folder / "in.txt").write_bytes(gzip.compress(b"1 2 3", mtime=1)),
        edit=lambda folder: (folder / "in.txt").write_bytes(gzip.compress(b"1 2 3", mtime=2)),
        expect="rerun",
        same_value=True,
    ),
    Case(
        name="replaced_within_the_tick",
        about="Written twice within the same tick of the clock, right after the first read.",
        project="""
        --- steps.py
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return data.read_text()
        """,
        edit=lambda folder: in_place(folder / "in.txt", "9 9 9\n"),
        expect="rerun",
        old=False,
    ),
    Case(
        name="future_mtime",
        about="A file from a clock that is ahead (mtime in the future), changed in place with the time kept.",
        project="""
        --- steps.py
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return data.read_text()
        """,
        setup=from_the_future,
        edit=lambda folder: in_place(folder / "in.txt", "9 9 9\n"),
        expect="rerun",
        old=False,
    ),
    Case(
        name="artifact_tampered",
        about="A middle artifact is changed in place, its time kept.",
        project="""
        --- steps.py
        from saltern import step
        @step(version="1", writes="json")
        def a(data):
            return 1
        @step(version="1", writes="json")
        def out(a):
            return a + 1
        """,
        calls=(("a", {"data": "in.txt"}, "{}"), ("out", {"a": "a"}, "{}")),
        edit=tamper,
        expect="rerun",
        reruns=("a",),
        same_value=True,
    ),
    Case(
        name="touched_input",
        about=(
            "The input's time moves, its content does not. Seen in: nextflow-io/nextflow#828; "
            "pytask-dev/pytask#344; snakemake/snakemake#1694."
        ),
        project="""
        --- steps.py
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return data.read_text()
        """,
        edit=lambda folder: (folder / "in.txt").touch(),
        expect="reuse",
    ),
    Case(
        name="same_inode_size_mtime",
        about=(
            "The content changes in place; size, inode and mtime stay (rsync -t --inplace, cp -p, touch -r). "
            "Seen in: treeverse/dvc#470; git compares ctime as well (core.trustctime)."
        ),
        project="""
        --- steps.py
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return data.read_text()
        """,
        edit=lambda folder: in_place(folder / "in.txt", "9 9 9\n"),
        expect="rerun",
    ),
    Case(
        name="plain_value_as_input",
        about="A path instead of a Source: what newcomers do.",
        project="""
        --- steps.py
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return 1
        --- program.py
        from pathlib import Path
        import steps
        from build import tell
        tell(lambda build: build.value(steps.out, {"data": Path("in.txt")}))
        """,
        program=("program.py",),
        expect="refuse",
    ),
    Case(
        name="damaged_artifact_same_mtime",
        about="An artifact whose digest is remembered is changed in place, its time kept: it is to be made again.",
        project="""
        --- steps.py
        from saltern import step
        @step(version="1", writes="json")
        def a(data):
            return 1
        @step(version="1", writes="json")
        def out(a):
            return a + 1
        --- program.py
        import os
        from pathlib import Path
        import steps
        from build import tell

        def both(build):
            build.value(steps.a)
            return build.value(steps.out, {"a": "a"})

        def damaged(build):
            store = Path(build.cache.store_url)
            both(build)
            (path,) = (one for one in store.glob("a-*.json") if "manifest" not in one.name)
            os.utime(path, (1_600_000_000, 1_600_000_000))
            both(build)  # the digest is remembered now
            path.write_text("7")
            os.utime(path, (1_600_000_000, 1_600_000_000))
            for other in store.glob("out-*"):
                other.unlink()
            return both(build)

        tell(damaged, lambda: 2)
        """,
        program=("program.py",),
        expect="rerun",
    ),
    Case(
        name="input_changes_while_it_runs",
        about=(
            "The input is replaced between the moment it is hashed and the moment the step reads it, and later put "
            "back. Seen in: SCons/scons#2701; vercel/turborepo#1146."
        ),
        project="""
        --- steps.py
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return data.read_text()
        --- program.py
        from pathlib import Path
        import steps
        from build import tell
        from saltern import BadInput

        def replaced(build):
            if build.run != "first":
                return build.value(steps.out)
            call = build.call(steps.out)
            before = Path("in.txt").read_text()
            Path("in.txt").write_text("something else")
            try:
                build.artifact(call)
            except BadInput:
                pass
            Path("in.txt").write_text(before)

        tell(replaced)
        """,
        program=("program.py",),
        expect="rerun",
    ),
]
