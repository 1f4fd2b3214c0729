"""Calls that write a file, by their names. What they are told of where to write is no file that the code reads.

A function of the user's may have such a name, and read the file. So who calls this does not forget the names of files,
but leaves it to what is seen while the step runs.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from saltern.trees import last_name, text_of

_OF_A_PATH = {"mkdir", "touch", "write_bytes", "write_text"}  # methods
_TO_A_PATH = {  # functions and methods of many libraries
    "basicConfig", "imsave", "imwrite", "save", "savefig", "savetxt", "savez", "savez_compressed", "sink_csv",
    "sink_ipc", "sink_ndjson", "sink_parquet", "to_csv", "to_excel", "to_feather", "to_hdf", "to_html", "to_json",
    "to_markdown", "to_netcdf", "to_parquet", "to_pickle", "to_zarr", "write_csv", "write_excel", "write_html",
    "write_image", "write_ipc", "write_json", "write_ndjson", "write_parquet",
}  # fmt: skip
_WRITERS = _OF_A_PATH | _TO_A_PATH
_BY_MODE = {"File", "GzipFile", "HDFStore", "TarFile", "ZipFile", "open"}
_ARGUMENTS = {"file", "filename", "fname", "path", "path_or_buf"}
_TO_WRITE = re.compile(r"[wxa][bt]?(:\w*)?")


def written_by(node: ast.Call) -> Iterator[ast.expr]:
    """The expressions of a call that say which file it writes; none if it may be one that reads."""
    function, last = node.func, last_name(node.func)
    is_method = isinstance(function, ast.Attribute)
    if last in _BY_MODE:
        modes = {mode_of(node), text_of(node.args[0]) if is_method and node.args else None}
        if not any(mode and _TO_WRITE.fullmatch(mode) for mode in modes):
            return
    elif not (last in _WRITERS or last.endswith("FileHandler")):
        return
    if is_method and last in {"open", *_OF_A_PATH}:
        yield function.value  # type: ignore[attr-defined]
    if last not in _OF_A_PATH:
        yield from node.args[:1]
        yield from (one.value for one in node.keywords if one.arg in _ARGUMENTS)


def mode_of(node: ast.Call) -> str:
    """How a call opens a file, where that stands in the source."""
    given = [*node.args[1:2], *(one.value for one in node.keywords if one.arg == "mode")]
    return next(filter(None, map(text_of, given)), "")
