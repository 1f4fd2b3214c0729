"""What a step asks about files whose names it computes: whether they are there, their sizes, where links lead."""

from __future__ import annotations

import os
from pathlib import Path

from tests.lineage.case import Case, steps


def flag(folder: Path) -> None:
    (folder / "flag-2").write_text("x")


def first_link(folder: Path) -> None:
    for name in ("v1", "v2"):
        (folder / name).mkdir()
    (folder / "current").symlink_to("v1")


def other_link(folder: Path) -> None:
    (folder / "current").unlink()
    (folder / "current").symlink_to("v2")


def deeper(folder: Path) -> None:
    (folder / "days/2018/b").write_text("x")


def beside(folder: Path) -> None:
    (folder / "plots/other").write_text("x")


def touch(folder: Path) -> None:
    os.utime(folder / "days/1", (1_700_000_000, 1_700_000_000))


CASES = [
    Case(
        name="opened_if_it_is_there",
        about="`if path.exists(): total += ...`, over files of which some are missing; then one more is there.",
        project="""
        --- days/1
        1
        --- steps.py
        from pathlib import Path
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            paths = [Path("days") / str(day) for day in range(3)]
            return sum(int(path.read_text()) for path in paths if path.exists())
        """,
        edit=lambda folder: (folder / "days/2").write_text("5"),
        expect="rerun",
    ),
    Case(
        name="asked_whether_it_is_a_file",
        about="`os.path.isfile` of a name that is computed, beside the module; the file is deleted.",
        project="\n--- flag-1\n1\n"
        + steps(
            "return [os.path.isfile(os.path.join(HERE, f'flag-{n}')) for n in range(3)]",
            before="import os\nHERE = os.path.dirname(os.path.abspath(__file__))",
        ),
        edit=lambda folder: (folder / "flag-1").unlink(),
        expect="rerun",
    ),
    Case(
        name="asked_for_a_folder",
        about="`path.is_dir()` of a name that is computed.",
        project="\n--- days/x/1\n1\n" + steps("return [name for name in 'xyz' if (Path('days') / name).is_dir()]"),
        edit=lambda folder: (folder / "days/y").mkdir(),
        expect="rerun",
    ),
    Case(
        name="asked_in_a_thread",
        about="A pool of threads asks.",
        project="\n"
        + steps(
            "with ThreadPoolExecutor(2) as pool:\n"
            "        return [*pool.map(os.path.exists, [f'flag-{n}' for n in range(3)])]",
            before="from concurrent.futures import ThreadPoolExecutor\nimport os",
        ),
        edit=flag,
        expect="rerun",
    ),
    Case(
        name="asked_in_a_forked_process",
        about="A pool of processes asks.",
        project="\n"
        + steps(
            "with get_context('fork').Pool(2) as pool:\n"
            "        return pool.map(os.path.exists, [f'flag-{n}' for n in range(3)])",
            before="from multiprocessing import get_context\nimport os",
        ),
        edit=flag,
        expect="rerun",
    ),
    Case(
        name="the_first_of_several",
        about="A list of places for settings, of which the first that is there counts.",
        project="\n--- flag-3\n1\n"
        + steps(
            "paths = (Path(f'flag-{n}') for n in range(5))\n"
            "    return next(path for path in paths if path.is_file()).name"
        ),
        edit=flag,
        expect="rerun",
    ),
    Case(
        name="size_of_a_file",
        about="`stat().st_size` of a file whose name is computed, which is not opened.",
        project="\n--- days/1\n1\n" + steps("return (Path('days') / str(1)).stat().st_size"),
        edit=("days/1", "1", "12"),
        expect="rerun",
    ),
    Case(
        name="time_of_a_file",
        about="`getmtime` of a file whose name is computed, which is opened, too.",
        project="\n--- days/1\n1\n"
        + steps(
            "path = 'days/%d' % 1\n    return [open(path).read(), int(os.path.getmtime(path))]", before="import os"
        ),
        edit=touch,
        expect="rerun",
    ),
    Case(
        name="where_a_link_leads",
        about="`readlink` of a link such as `current`.",
        project="\n" + steps("return os.readlink('cur' + 'rent')", before="import os"),
        setup=first_link,
        edit=other_link,
        expect="rerun",
    ),
    Case(
        name="resolved_path",
        about="`resolve()` follows a link.",
        project="\n" + steps("return Path('cur' + 'rent').resolve().name"),
        setup=first_link,
        edit=other_link,
        expect="rerun",
    ),
    Case(
        name="walked_folder",
        about="`os.walk`, into a folder of a folder.",
        project="\n--- days/2018/a\n1\n"
        + steps("return sorted(name for _, _, names in os.walk('days') for name in names)", before="import os"),
        edit=deeper,
        expect="rerun",
    ),
    Case(
        name="codecs_open",
        about="`codecs.open`, by a name that is computed.",
        project="\n--- days/1\n1\n"
        + steps(
            "with codecs.open('days/' + str(1), encoding='utf-8') as file:\n        return file.read()",
            before="import codecs",
        ),
        edit=("days/1", "1", "2"),
        expect="rerun",
    ),
    Case(
        name="folder_of_its_own_output",
        about="A step makes the folder for its plots unless it is there. What else is put there is no reason to run.",
        project="\n--- plots/.keep\n\n"
        + steps(
            "folder = Path('plots')\n"
            "    folder.mkdir(exist_ok=True)\n"
            "    (folder / f'plot-{1}').write_text('x')\n"
            "    return 1"
        ),
        edit=beside,
        expect="reuse",
    ),
    Case(
        name="own_output_asked_for",
        about="A step deletes what an earlier run wrote, and looks at what it writes.",
        project="\n"
        + steps(
            "folder = Path(f'plots-{1}')\n"
            "    if not folder.is_dir():\n"
            "        folder.mkdir()\n"
            "    plot = folder / str(1)\n"
            "    if plot.exists():\n"
            "        plot.unlink()\n"
            "    plot.write_text('x')\n"
            "    return plot.stat().st_size"
        ),
        expect="reuse",
    ),
    Case(
        name="temporary_folder",
        about="A temporary folder, which is gone when the step has ended.",
        project="\n"
        + steps(
            "with tempfile.TemporaryDirectory() as name:\n"
            "        folder = Path(name) / 'a'\n"
            "        folder.mkdir()\n"
            "        (folder / '1').write_text('x')\n"
            "        shutil.copytree(folder, Path(name) / 'b')\n"
            "        return (Path(name) / 'b' / '1').exists()",
            before="import shutil, tempfile",
        ),
        expect="reuse",
    ),
    Case(
        name="own_folder_resolved",
        about="`Path(__file__).resolve()` asks about each folder above; what is put into one is no reason to run.",
        project="\n" + steps("return (Path(__file__).resolve().parent / f'flag-{1}').exists()"),
        edit=flag,
        expect="reuse",
    ),
    Case(
        name="what_os_stat_can_do",
        about="`shutil` asks what `os.stat` can do, before it copies times.",
        project="\n--- days/1\n1\n"
        + steps(
            "shutil.copy2('days/1', f'copy-{1}', follow_symlinks=False)\n"
            "    assert os.stat in os.supports_follow_symlinks\n"
            "    return os.stat(f'copy-{1}').st_mtime == os.stat('days/1').st_mtime",
            before="import os, shutil",
        ),
        expect="reuse",
    ),
]

_NAMED = """
from pathlib import Path
HERE = Path(__file__).parent / "days"
def path(name): return str(HERE / (name + ".c" + "sv"))
"""


def chmod(folder: Path) -> None:
    (folder / "days/a.csv").chmod(0o600)


def into_a_folder(folder: Path) -> None:
    (folder / "days/a.csv").unlink()
    (folder / "days/a.csv").mkdir()


CASES += (
    [
        Case(
            name=f"file_{name}",
            about="A step reads a file of a computed name in another way than by `open(path)`.",
            project="\n--- days/a.csv\nfirst\n--- days/b.csv\nfirst\n" + steps(body, imported + _NAMED),
            edit=("days/a.csv", "first", "other"),
            expect="rerun",
        )
        for name, imported, body in (
            ("to_read_and_write", "", "return open(path('a'), 'r+').read()"),
            ("to_read_and_append", "", "file = open(path('a'), 'a+'); file.seek(0); return file.read()"),
            ("by_its_descriptor", "import os", "return os.read(os.open(path('a'), os.O_RDWR), 9).decode()"),
            (
                "in_memory",
                "import mmap",
                "file = open(path('a'), 'r+b'); return mmap.mmap(file.fileno(), 0)[:5].decode()",
            ),
            ("by_linecache", "import linecache", "return linecache.getline(path('a'), 1)"),
            ("by_tokenize", "import tokenize", "return tokenize.open(path('a')).read()"),
            ("compared", "import filecmp", "return filecmp.cmp(path('a'), path('b'))"),
            (
                "by_a_command_in_a_command",
                "import subprocess",
                "return subprocess.getoutput('echo \"$(cat days/a.csv)\"')",
            ),
            (
                "by_a_choice_of_a_shell",
                "import subprocess as s",
                "return s.getoutput(\"bash -c 'cat days/{a,b}.csv'\")",
            ),
        )
    ]
    + [
        Case(
            name=f"archive_after_{name}",
            about="A step writes an archive, which holds times and rights of files.",
            project="\n--- days/a.csv\nfirst\n" + steps(body, "import hashlib, io, tarfile, zipfile" + _NAMED),
            edit=edit,
            expect="rerun",
        )
        for name, edit, body in (
            (
                "a_file_may_be_read_by_others",
                chmod,
                "out = io.BytesIO()\n    with tarfile.open(fileobj=out, mode='w') as file: file.add(path('a'), 'a')\n"
                "    return hashlib.sha256(out.getvalue()).hexdigest()",
            ),
            (
                "a_file_was_touched",
                lambda folder: os.utime(folder / "days/a.csv", (1_700_000_000, 1_700_000_000)),
                "out = io.BytesIO()\n    with zipfile.ZipFile(out, 'w') as file: file.write(path('a'), 'a')\n"
                "    return hashlib.sha256(out.getvalue()).hexdigest()",
            ),
        )
    ]
    + [
        Case(
            name="folder_in_the_place_of_a_file",
            about="A step lists the files of a folder; one of them becomes a folder of the same name.",
            project="\n--- days/a.csv\nfirst\n"
            + steps("return sorted(one.name for one in os.scandir(HERE) if one.is_file())", "import os" + _NAMED),
            edit=into_a_folder,
            expect="rerun",
        ),
        Case(
            name="arguments_of_the_program_parsed",
            about="A step parses the arguments of the program by itself.",
            project="""
        --- steps.py
        import argparse
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            parser = argparse.ArgumentParser()
            parser.add_argument("-n")
            return parser.parse_known_args()[0].n
        --- program.py
        import sys
        sys.argv += ["-n", "10"]
        import steps
        from build import tell
        tell(lambda build: build.value(steps.out))
        """,
            program=("program.py",),
            edit=("program.py", "10", "20"),
            expect="rerun",
        ),
        Case(
            name="file_read_by_a_thread_of_the_module",
            about="A thread that a module started when it was imported reads files for the step.",
            project="""
        --- days/a.csv
        first
        --- steps.py
        import queue, threading
        from pathlib import Path
        from saltern import step
        HERE, ASKED, FOUND = Path(__file__).parent, queue.Queue(), queue.Queue()
        def work():
            while name := ASKED.get():
                FOUND.put((HERE / "days" / (name + ".c" + "sv")).read_text())
        threading.Thread(target=work, daemon=True).start()
        @step(version="1", writes="json")
        def out(data):
            ASKED.put("a")
            return FOUND.get()
        --- program.py
        import steps
        from build import tell
        tell(lambda build: build.value(steps.out))
        """,
            program=("program.py",),
            edit=("days/a.csv", "first", "other"),
            expect="rerun",
        ),
    ]
)
