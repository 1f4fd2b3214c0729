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
# Functions and methods of many libraries begin or end so: to_csv, write_table, savefig, dump, ExcelWriter.
_BEGIN = ("dump", "export", "imsave", "imwrite", "save", "sink_", "to_", "write")
_END = ("FileHandler", "Writer")
_FROM_ONE_TO_ANOTHER = {"copy", "copy2", "copyfile", "copytree", "move", "rename", "replace", "urlretrieve"}
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
        given = node.args[:1]
    elif last in _OF_A_PATH:
        given = []
    elif last.startswith(_BEGIN):
        given = node.args
    elif last in _FROM_ONE_TO_ANOTHER:
        given = node.args[:2][-1:]  # a method is given no more than where to
    elif last == "basicConfig" or last.endswith(_END):
        given = node.args[:1]
    else:
        return
    if is_method and last in {"open", *_OF_A_PATH}:
        yield function.value  # type: ignore[attr-defined]
    yield from given
    if last not in _OF_A_PATH:
        yield from (one.value for one in node.keywords if one.arg in _ARGUMENTS)


def mode_of(node: ast.Call) -> str:
    """How a call opens a file, where that stands in the source."""
    given = [*node.args[1:2], *(one.value for one in node.keywords if one.arg == "mode")]
    return next(filter(None, map(text_of, given)), "")
