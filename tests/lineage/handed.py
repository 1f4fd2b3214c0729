"""Files whose paths are put together while the step runs, and which a library of C or Rust opens out of sight."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from tests.lineage.case import Case, steps

LOOKUP = """
--- tables/lookup_eu.csv
a,b
1,2
--- tables/region.txt
eu
"""
TABLES = """
TABLES = Path(__file__).parent / "tables"
def region():
    return (TABLES / "region.txt").read_text().strip()
"""
EDIT = ("tables/lookup_eu.csv", "1,2", "1,3")
FOLDER_EDIT = ("tables/sub/eu/part.csv", "1,2", "1,3")
POLARS = "import polars as pl"
HASH = "import os\nfrom blake3 import blake3"


def _write_parquet(project: Path, value: int = 2) -> None:
    import polars as pl

    pl.DataFrame({"b": [value]}).write_parquet(project / "tables" / "lookup_eu.parquet")


def _add_table(project: Path) -> None:
    (project / "tables" / "lookup_us.csv").write_text("a,b\n3,4\n")


def _add_folder(project: Path) -> None:
    folder = project / "tables" / "sub" / "eu"
    folder.mkdir(parents=True)
    (folder / "part.csv").write_text("a,b\n1,2\n")


def _add_deep_table(project: Path) -> None:
    folder = project / "tables" / "sub" / "us" / "west"
    folder.mkdir(parents=True)
    (folder / "part.csv").write_text("a,b\n3,4\n")


def _write_database(project: Path, value: int = 2) -> None:
    path = project / "tables" / "eu.db"
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("CREATE TABLE t (b)")
        database.execute("INSERT INTO t VALUES (?)", (value,))


def _case(name: str, about: str, before: str, body: str, **more: object) -> Case:
    given = {"project": LOOKUP + steps(body, before + TABLES), "edit": EDIT, "expect": "rerun", **more}
    return Case(name=name, about=about, **given)  # type: ignore[arg-type]


CASES = [
    _case(
        "polars_read_of_a_made_name",
        "polars reads a lookup whose name is in the data.",
        POLARS,
        'return pl.read_csv(TABLES / f"lookup_{region()}.csv")["b"].to_list()',
        needs=("polars",),
    ),
    _case(
        "polars_scan_of_a_made_name",
        "polars scans a lookup whose name is in the data: it does not ask whether it is there.",
        POLARS,
        'return pl.scan_csv(f"{TABLES}/lookup_{region()}.csv").collect()["b"].to_list()',
        needs=("polars",),
    ),
    _case(
        "polars_parquet_of_a_made_name",
        "polars reads a Parquet file whose name is in the data.",
        POLARS,
        'return pl.read_parquet(TABLES / f"lookup_{region()}.parquet")["b"].to_list()',
        setup=_write_parquet,
        edit=lambda project: _write_parquet(project, 3),
        needs=("polars",),
    ),
    _case(
        "polars_pattern_of_a_made_name",
        "polars scans all files that a pattern matches, which is put together.",
        POLARS,
        'return pl.scan_csv(f"{TABLES}/lookup_{region()[:1]}*.csv").collect()["b"].to_list()',
        needs=("polars",),
    ),
    _case(
        "polars_new_file_of_a_made_pattern",
        "One more file is in a folder of which polars scans all by a pattern that is put together.",
        POLARS,
        'return pl.scan_csv(f"{TABLES}/lookup_{region()[2:]}*.csv").collect()["b"].to_list()',
        edit=_add_table,
        needs=("polars",),
    ),
    _case(
        "polars_folder_of_a_made_name",
        "polars scans a folder whose name is put together.",
        POLARS,
        'return pl.scan_csv(TABLES / "sub" / region(), glob=True).collect()["b"].to_list()',
        setup=_add_folder,
        edit=FOLDER_EDIT,
        needs=("polars",),
    ),
    _case(
        "polars_folder_as_text",
        "polars scans a folder whose path is made a text first.",
        POLARS,
        'folder = str(TABLES / "sub" / region()); return pl.scan_csv(folder).collect()["b"].to_list()',
        setup=_add_folder,
        edit=FOLDER_EDIT,
        needs=("polars",),
    ),
    _case(
        "asked_by_the_user_and_then_by_a_library",
        "The step asks whether a file is there, and hands its path to polars.",
        POLARS,
        'path = "tables/" + f"lookup_{region()}" + ".csv"; '
        'return pl.read_csv(path)["b"].to_list() if __import__("os").path.exists(path) else None',
        needs=("polars",),
    ),
    _case(
        "path_handed_to_c",
        "A library of Rust opens a path by itself.",
        HASH,
        'return blake3().update_mmap(TABLES / f"lookup_{region()}.csv").hexdigest()',
    ),
    _case(
        "path_as_text_handed_to_c",
        "A path is made a text for a library of C, as OpenCV's and HDF5's want it.",
        HASH,
        'return blake3().update_mmap(str(TABLES / f"lookup_{region()}.csv")).hexdigest()',
    ),
    _case(
        "joined_path_handed_to_c",
        "A path is put together by os.path.join.",
        HASH,
        'return blake3().update_mmap(os.path.join(TABLES, f"lookup_{region()}.csv")).hexdigest()',
    ),
    _case(
        "text_handed_to_c",
        "A path is put together as text.",
        HASH,
        'return blake3().update_mmap(f"{TABLES}/lookup_{region()}.csv").hexdigest()',
    ),
    _case(
        "text_with_a_sign_handed_to_c",
        "A path is put together by %.",
        HASH,
        'return blake3().update_mmap("%s/lookup_%s.csv" % (TABLES, region())).hexdigest()',
    ),
    _case(
        "format_handed_to_c",
        "A path is put together by format, from a folder as text.",
        HASH + "\nFOLDER = os.path.dirname(os.path.abspath(__file__))",
        'return blake3().update_mmap("{}/tables/lookup_{}.csv".format(FOLDER, region())).hexdigest()',
    ),
    _case(
        "sum_handed_to_c",
        "A path from the current folder is put together by +.",
        HASH,
        'return blake3().update_mmap("tables/lookup_" + region() + ".csv").hexdigest()',
    ),
    _case(
        "listed_names_handed_to_c",
        "A folder is listed, and a library opens what is in it by texts.",
        HASH,
        'return [blake3().update_mmap("tables/" + name).hexdigest() for name in sorted(os.listdir("tables"))]',
    ),
    _case(
        "globbed_texts_handed_to_c",
        "A library opens all that a pattern of a made name matches: OpenCV reads pictures so.",
        HASH + "\nfrom glob import glob",
        'return [blake3().update_mmap(path).hexdigest() for path in sorted(glob(f"{TABLES}/*{region()}*"))]',
    ),
    _case(
        "texts_of_what_is_opened_in_sight",
        "A name is put together, and Python opens the file: no other of such a name counts.",
        HASH,
        'return [blake3(b"").hexdigest(), open(f"{TABLES}/lookup_{region()}.csv").read()]',
        setup=_add_table,
        edit=("tables/lookup_us.csv", "3,4", "3,5"),
        expect="reuse",
    ),
    _case(
        "path_handed_to_c_in_a_thread",
        "A pool of threads hands paths on.",
        HASH + "\nfrom concurrent.futures import ThreadPoolExecutor\n"
        "def one(name):\n    return blake3().update_mmap(TABLES / name).hexdigest()",
        'return [*ThreadPoolExecutor(2).map(one, [f"lookup_{region()}.csv"])]',
    ),
    _case(
        "made_name_handed_to_c_at_import",
        "A module reads a lookup whose name is put together while it is imported.",
        HASH + "\nREGION = 'eu'\nTABLE = blake3().update_mmap("
        "os.path.join(os.path.dirname(__file__), 'tables', f'lookup_{REGION}.csv')).hexdigest()",
        "return TABLE",
    ),
    _case(
        "made_text_handed_to_c_at_import",
        "The same, all of it as text.",
        HASH + "\nREGION = 'eu'\nHOME = os.path.dirname(__file__)\n"
        "TABLE = blake3().update_mmap(f'{HOME}/tables/lookup_{REGION}.csv').hexdigest()",
        "return TABLE",
    ),
    _case(
        "path_handed_to_polars_at_import",
        "A module reads a lookup by polars while it is imported, from a folder that pathlib knows.",
        POLARS + "\nREGION = 'eu'\nHOME = Path(__file__).parent\n"
        "TABLE = pl.read_csv(HOME / 'tables' / (f'lookup_{REGION}' + '.csv'))['b'].to_list()",
        "return TABLE",
        needs=("polars",),
    ),
    _case(
        "own_output_among_what_is_read",
        "polars writes a file into a folder, and scans all that is in it.",
        POLARS,
        'pl.DataFrame({"a": [5], "b": [6]}).write_csv(f"{TABLES}/own.csv"); '
        'return pl.scan_csv(f"{TABLES}/*.{region()[:0]}csv").collect()["b"].to_list()',
        needs=("polars",),
    ),
    _case(
        "own_output_read_by_polars",
        "polars writes a file beside the project's, and reads it again: that is no input.",
        POLARS,
        'pl.DataFrame({"a": [1]}).write_csv(TABLES / f"{region()}.tmp"); '
        'return pl.scan_csv(TABLES / f"{region()}.tmp").collect()["a"].to_list()',
        edit=lambda project: (project / "tables" / "eu.tmp").write_text("a\n9\n"),
        expect="reuse",
        needs=("polars",),
    ),
    *(
        _case(
            f"sql_{way}",
            "SQL names a file in quotes, as DuckDB's and polars' does.",
            POLARS,
            f"return pl.SQLContext().execute({text}).collect()['b'].to_list()",
            needs=("polars",),
        )
        for way, text in (
            ("constant", "\"SELECT sum(b) AS b FROM read_csv('tables/lookup_eu.csv')\""),
            ("formatted", "f\"SELECT sum(b) AS b FROM read_csv('{TABLES}/lookup_{region()}.csv')\""),
            ("format", "\"SELECT sum(b) AS b FROM read_csv('{}/lookup_{}.csv')\".format(TABLES, region())"),
            ("percent", "\"SELECT sum(b) AS b FROM read_csv('%s/lookup_%s.csv')\" % (TABLES, region())"),
            ("added", '"SELECT sum(b) AS b FROM read_csv(\'" + str(TABLES) + "/lookup_" + region() + ".csv\')"'),
        )
    ),
    *(
        _case(
            f"sql_of_a_pattern_with_two_stars_{name}",
            "SQL reads all that is below a folder.",
            POLARS,
            "return pl.SQLContext().execute(f\"SELECT b FROM read_csv('{TABLES}/sub/**/*.csv')\").collect()['b'].sum()",
            setup=_add_folder,
            needs=("polars",),
            **more,
        )
        for name, more in (
            ("edited", {"edit": FOLDER_EDIT}),
            ("added", {"edit": _add_deep_table}),
            ("another_folder", {"edit": EDIT, "expect": "reuse"}),
        )
    ),
    _case(
        "sql_at_import",
        "A module runs SQL that names a file, when it is imported.",
        POLARS
        + "\nHERE = Path(__file__).parent\nQUERY = f\"SELECT sum(b) AS b FROM read_csv('{HERE}/tables/lookup_eu.csv')\""
        + "\nTOTAL = pl.SQLContext().execute(QUERY).collect()['b'].to_list()",
        "return TOTAL",
        needs=("polars",),
    ),
    _case(
        "sql_that_attaches",
        "SQLite attaches a database that SQL names.",
        "import sqlite3",
        "db = sqlite3.connect(':memory:'); db.execute(f\"ATTACH '{TABLES}/{region()}.db' AS lookup\"); "
        "return db.execute('SELECT sum(b) FROM lookup.t').fetchone()",
        setup=_write_database,
        edit=lambda project: _write_database(project, 3),
    ),
]
