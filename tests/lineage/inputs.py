"""Inputs: files, folders, patterns, and what lies in the store."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

from tests.lineage.case import Case, steps

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


def linked(folder: Path, target: str) -> None:
    (folder / "link.txt").unlink(missing_ok=True)
    (folder / "link.txt").symlink_to(target)


def replaced(folder: Path) -> None:
    path = folder / "in.txt"
    before = path.stat()
    (folder / "new.txt").write_text("9 9 9\n")
    os.utime(folder / "new.txt", ns=(before.st_atime_ns, before.st_mtime_ns))
    (folder / "new.txt").replace(path)


HELPERS = """
--- helpers.py
def load_day(path): return path.stem
read_day = tag = load_day
class Day:
    load = staticmethod(load_day)
def tell(function): return lambda path: [path.stem, function(path)]
"""

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
    *(
        Case(
            name=name,
            about="The name of the input, from the file that is open, or from what is not known to leave it alone.",
            project="\n".join(["", steps(line, before), HELPERS, "--- data.csv\nx\n1\n"]),
            calls=(("out", {"data": "data.csv"}, "{}"),),
            edit=lambda folder: (folder / "data.csv").rename(folder / "other.csv"),
            calls_after=(("out", {"data": "other.csv"}, "{}"),),
            expect="rerun",
        )
        for name, line, before in (
            ("name_of_an_open_file", "with open(data) as file: return Path(file.name).name", ""),
            (
                "name_of_a_file_that_a_helper_is_given",
                "with data.open() as file: return named(file)",
                "def named(file): return Path(getattr(file, 'name')).name",
            ),
            (
                "names_of_files_as_a_column",
                "import polars; return Path(polars.scan_csv(data, include_file_paths='p').collect()['p'][0]).name",
                "",
            ),
            ("name_in_a_helper_that_is_named_as_a_reader", "return load_day(data)", "from helpers import load_day"),
            ("name_in_an_attribute_that_is_named_as_one", "return helpers.read_day(data)", "import helpers"),
            ("name_in_a_method_that_is_named_as_one", "return Day.load(data)", "from helpers import Day"),
            ("name_in_an_alias_that_is_named_as_one", "return load_it(data)", "from helpers import tag\nload_it = tag"),
            ("name_in_a_lambda_that_is_named_as_one", "return load(data)", "load = lambda path: path.stem"),
            (
                "name_in_a_wrapper",
                "return load_it(data)",
                "from helpers import tell\n@tell\ndef load_it(path): return 1",
            ),
            ("name_in_a_list_named_log", "log = []; log.append(data.name); return log", ""),
            ("name_in_a_function_named_log", "return log(data)", "from helpers import tag as log"),
            (
                "name_printed_into_a_file",
                "import io; file = io.StringIO(); print(data.name, file=file); return file.getvalue()",
                "",
            ),
            (
                "name_in_an_error_that_is_caught",
                "try: checked(data)\n    except ValueError as error: return str(error)",
                "def checked(path): raise ValueError(f'{path.name}: too short')",
            ),
            ("name_of_a_variable_by_text", "return '{data.stem}'.format(**locals())", ""),
            ("name_by_a_text_that_is_run", "return eval('data.stem')", ""),
        )
    ),
    *(
        Case(
            name=name,
            about="The name of a folder that is the input, from the paths of what lies in it.",
            project="\n".join(["", steps(line, before), "--- days/day=1/part.csv\nx\n1\n"]),
            calls=(("out", {"data": "days/day=1"}, "{}"),),
            edit=lambda folder: (folder / "days/day=1").rename(folder / "days/day=2"),
            calls_after=(("out", {"data": "days/day=2"}, "{}"),),
            expect=expect,
        )
        for name, line, before, expect in (
            ("folder_s_name_from_its_files", "return [one.parent.name for one in data.glob('*.csv')]", "", "rerun"),
            ("folder_s_name_in_texts", "return [str(one).split('/')[-2:] for one in data.iterdir()]", "", "rerun"),
            ("folder_s_name_in_a_text", "one = data / 'part.csv'; return f'{one}'.split('/')[-2:]", "", "rerun"),
            (
                "folder_s_name_in_a_helper",
                "return [day(one) for one in sorted(data.glob('*.csv'))]",
                "def day(path): return path.parent.name",
                "rerun",
            ),
            (
                "folder_s_name_in_a_key",
                "return min(data.iterdir(), key=lambda p: p.parent.name).parent.name",
                "",
                "rerun",
            ),
            (
                "folder_s_name_in_a_column",
                "import polars; found = polars.scan_csv(data / '*.csv', include_file_paths='p').collect()['p'][0]\n"
                "    return found.split('/')[-2]",
                "",
                "rerun",
            ),
            (
                "folder_whose_files_are_only_read",
                "return {one.name: len(one.read_text()) for one in sorted(data.glob('*.csv'))}",
                "",
                "reuse",
            ),
            ("folder_with_a_file_that_is_only_read", "return len(open(data / 'part.csv').read())", "", "reuse"),
        )
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
        name="path_as_input",
        about="A path instead of a Source, alone and in a list: what newcomers do. It is the file that lies there.",
        project="""
        --- steps.py
        from saltern import step
        @step(version="1", writes="json")
        def out(data, more):
            return [data.read_text(), *(one.read_text() for one in more)]
        --- other.txt
        4
        --- program.py
        from pathlib import Path
        import steps
        from build import tell
        given = {"data": Path("in.txt"), "more": [Path("other.txt")]}
        tell(lambda build: build.cache.load(build.artifact(build.cache.call(steps.out, given))))
        """,
        program=("program.py",),
        edit=("other.txt", "4", "5"),
        expect="rerun",
    ),
    Case(
        name="value_as_input",
        about="A plain value as an input.",
        project="""
        --- steps.py
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return 1
        --- program.py
        import steps
        from build import tell
        tell(lambda build: build.value(steps.out, {"data": 5}))
        """,
        program=("program.py",),
        expect="refuse",
    ),
    Case(
        name="order_of_inputs",
        about="The same inputs by the same names, wired in another order: a step sees the order of a dictionary.",
        project="""
        --- steps.py
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return [*data]
        --- program.py
        from pathlib import Path
        import steps
        from build import tell
        tell(lambda build: build.cache.load(build.artifact(build.cache.call(steps.out, {"data": GIVEN}))))
        --- other.txt
        4
        """.replace("GIVEN", '{"b": Path("in.txt"), "a": Path("other.txt")}'),
        program=("program.py",),
        edit=(
            "program.py",
            '{"b": Path("in.txt"), "a": Path("other.txt")}',
            '{"a": Path("other.txt"), "b": Path("in.txt")}',
        ),
        expect="rerun",
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
    Case(
        name="folder_file_added",
        about="A file is added to a folder that is an input.",
        project="""
        --- images/a.txt
        1
        --- steps.py
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return sorted(path.name for path in data.iterdir())
        """,
        calls=(("out", {"data": "images"}, "{}"),),
        edit=lambda folder: (folder / "images/b.txt").write_text("2"),
        expect="rerun",
    ),
    Case(
        name="folder_file_removed",
        about="A file is removed from a folder that is an input.",
        project="""
        --- images/a.txt
        1
        --- images/b.txt
        2
        --- steps.py
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return sorted(path.name for path in data.iterdir())
        """,
        calls=(("out", {"data": "images"}, "{}"),),
        edit=lambda folder: (folder / "images/b.txt").unlink(),
        expect="rerun",
    ),
    Case(
        name="folder_file_renamed",
        about="A file in a folder gets another name.",
        project="""
        --- images/a.txt
        1
        --- steps.py
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return sorted(path.name for path in data.iterdir())
        """,
        calls=(("out", {"data": "images"}, "{}"),),
        edit=lambda folder: (folder / "images/a.txt").rename(folder / "images/b.txt"),
        expect="rerun",
    ),
    Case(
        name="empty_folder_added",
        about="An empty folder is made within a folder that is an input.",
        project="""
        --- images/a.txt
        1
        --- steps.py
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return sorted(path.name for path in data.iterdir())
        """,
        calls=(("out", {"data": "images"}, "{}"),),
        edit=lambda folder: (folder / "images/empty").mkdir(),
        expect="rerun",
    ),
    Case(
        name="pattern_new_file",
        about="A pattern as an input; a file is added that matches.",
        project="""
        --- days/1.csv
        1
        --- steps.py
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return [path.read_text() for path in data]
        """,
        calls=(("out", {"data": "days/*.csv"}, "{}"),),
        edit=lambda folder: (folder / "days/2.csv").write_text("2"),
        expect="rerun",
    ),
    Case(
        name="pattern_other_file",
        about="A pattern as an input; a file is added that does not match.",
        project="""
        --- days/1.csv
        1
        --- steps.py
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return [path.read_text() for path in data]
        """,
        calls=(("out", {"data": "days/*.csv"}, "{}"),),
        edit=lambda folder: (folder / "days/2.txt").write_text("2"),
        expect="reuse",
    ),
    Case(
        name="symlink_to_another_file",
        about="An input is a symbolic link, which is made to point to another file.",
        project="""
        --- a.txt
        1
        --- b.txt
        2
        --- steps.py
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return data.read_text()
        """,
        setup=lambda folder: linked(folder, "a.txt"),
        calls=(("out", {"data": "link.txt"}, "{}"),),
        edit=lambda folder: linked(folder, "b.txt"),
        expect="rerun",
    ),
    Case(
        name="symlink_target_edited",
        about="An input is a symbolic link; the file behind it is edited.",
        project="""
        --- a.txt
        1
        --- steps.py
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return data.read_text()
        """,
        setup=lambda folder: linked(folder, "a.txt"),
        calls=(("out", {"data": "link.txt"}, "{}"),),
        edit=lambda folder: in_place(folder / "a.txt", "2"),
        expect="rerun",
    ),
    Case(
        name="replaced_with_same_size_and_time",
        about="An input is replaced by another file of the same size and time.",
        project="""
        --- steps.py
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return data.read_text()
        """,
        edit=replaced,
        expect="rerun",
    ),
    Case(
        name="suffix_decides",
        about="A helper goes by the suffix of the input: the same content as .csv and .tsv.",
        project="""
        --- readers.py
        def read(path):
            return path.suffix
        --- steps.py
        import readers
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return readers.read(data)
        """,
        edit=lambda folder: (folder / "in.txt").rename(folder / "in.tsv"),
        expect="rerun",
        calls_after=(("out", {"data": "in.tsv"}, "{}"),),
    ),
    Case(
        name="parent_folder_decides",
        about="A step reads a day out of the folder that its input lies in.",
        project="""
        --- 2018/in.csv
        1
        --- steps.py
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return data.parent.name
        """,
        calls=(("out", {"data": "2018/in.csv"}, "{}"),),
        edit=lambda folder: (folder / "2018").rename(folder / "2019"),
        expect="rerun",
        calls_after=(("out", {"data": "2019/in.csv"}, "{}"),),
    ),
    Case(
        name="file_beside_the_input",
        about="A step opens a file beside its input.",
        project="""
        --- days/in.csv
        1
        --- days/in.schema
        int
        --- steps.py
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return data.with_suffix(".schema").read_text()
        """,
        calls=(("out", {"data": "days/in.csv"}, "{}"),),
        edit=("days/in.schema", "int", "str"),
        expect="rerun",
    ),
    Case(
        name="name_in_str",
        about="str(path) is taken apart.",
        project="""
        --- steps.py
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return str(data).split("/")[-1].split(".")[0]
        """,
        edit=lambda folder: (folder / "in.txt").rename(folder / "out.txt"),
        expect="rerun",
        calls_after=(("out", {"data": "out.txt"}, "{}"),),
    ),
    Case(
        name="name_through_alias",
        about="The input's path gets another name in the step before its own is looked at.",
        project="""
        --- steps.py
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            path = data
            return path.stem
        """,
        edit=lambda folder: (folder / "in.txt").rename(folder / "out.txt"),
        expect="rerun",
        calls_after=(("out", {"data": "out.txt"}, "{}"),),
    ),
    Case(
        name="middle_step_same_value",
        about="A middle step is edited and makes the same: what is below may be made again.",
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
        edit=("steps.py", "return 1", "return 2 - 1"),
        expect="rerun",
        same_value=True,
    ),
]
