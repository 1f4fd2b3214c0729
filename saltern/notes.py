"""What each audit event notes of a step: files that it opens, lists or writes, programs, variables, modules.

The functions get the arguments of their event, and look who caused it a known number of frames above them.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import sys
from pathlib import Path
from types import CodeType, FrameType
from typing import Any
from urllib.parse import unquote, urlsplit

from saltern import asked, remote, scripts, whose
from saltern.seen import Seen, is_there, unheard

_PYTHON = str(Path(os.__file__).parent)
_UNNAMED = getattr(os, "O_TMPFILE", 0)  # a file that is in a folder under no name
_EMPTIES = os.O_TRUNC | os.O_EXCL
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_TRUNC
# Those who look for modules, and for their source to show it.
_READERS_OF_LINES = (f"{_PYTHON}/linecache.py", f"{_PYTHON}/tokenize.py")  # of source, mostly
_LOADER = "<frozen importlib._bootstrap_external"
_CODE = {"", ".py", ".pyc", ".pyd", ".pyw", ".so"}
READERS_OF_SOURCE = (
    *(f"<frozen {name}" for name in ("importlib", "runpy>", "zipimport>")),
    *(f"{_PYTHON}/importlib/metadata/", *_READERS_OF_LINES),
)
# Who asks about a file for somebody else; and those that ask about each folder above a file.
_ASKS_FOR_OTHERS = ("<frozen ", f"{_PYTHON}/pathlib")
_LISTS_FOR_OTHERS = (f"{_PYTHON}/glob.py", f"{_PYTHON}/pathlib")  # which tell what was wanted of it
_WALKS_UP = ("_joinrealpath", "realpath")
# Who reads a variable of the environment, or starts a program, for somebody else; and who does so for itself.
_READ_FOR_OTHERS = (
    *(f"<frozen {name}>" for name in ("_collections_abc", "os", "posixpath")),
    *(f"{_PYTHON}/{name}.py" for name in ("_collections_abc", "os", "posixpath")),
)
# Those who have ``os`` for something else: a settings reader, and who runs the functions that others give them.
_HANDED_ONES = {"concurrent.futures.process", "concurrent.futures.thread", "configparser", "multiprocessing.pool"}
_STARTERS = (f"{_PYTHON}/subprocess.py", f"{_PYTHON}/os.py", "<frozen os>")
_FOR_THEMSELVES = tuple(f"{_PYTHON}/{name}" for name in ("ctypes/", "multiprocessing/", "platform.py", "uuid.py"))
_METADATA = (".dist-info/METADATA", ".egg-info/PKG-INFO")
_IS_ADDRESS = re.compile(r"[\d.]+|[\da-fA-F]*:[\da-fA-F:.]*")  # of a machine in the network
_SHELLS = {"bash", "dash", "ksh", "sh", "zsh"}

_take_all: set[tuple[CodeType, int]] = set()  # instructions that go through all variables of the environment


def _open(seen: Seen, path: Any, mode: str | None, flags: int) -> None:
    if isinstance(path, int) or path is None or (_UNNAMED and flags & _UNNAMED == _UNNAMED):
        return
    frame = sys._getframe(2)
    place, by_user = _place(seen, path, frame)
    if not _is_to_read(mode, flags) or (flags & os.O_CREAT and not seen.know(place)):
        _make(seen, place)
        return
    seen.know(place)
    if flags & os.O_RDWR:
        seen.updated.add(place)
    reader = frame.f_code.co_filename
    if os.fsdecode(path) in sys.path and _is_asked_by_library(frame):
        return  # it looks for what is installed
    if not is_for_source(reader, place):
        if place not in seen.written:  # else it reads its own
            seen.opened[place] = None
    elif reader.startswith("<"):
        seen.imported[place] = None
    if by_user and place.endswith(_METADATA):
        seen.modules[Path(place).parent.name.partition("-")[0]] = None


def _is_to_read(mode: str | None, flags: int) -> bool:
    """Whether a file is opened to read it, maybe also to write: what was written is left out later."""
    if mode:
        return not set(mode) & set("wx") and (mode[0] != "a" or "+" in mode)
    return not flags & _WRITES or bool(flags & os.O_RDWR and not flags & _EMPTIES)


def _place(seen: Seen, path: Any, frame: FrameType) -> tuple[str, bool]:
    """A path from the root, and whether the user's code named it. Notes that, and whether from the current folder."""
    name = os.fsdecode(path)
    is_plain = name.startswith("/") and not ("//" in name or "/." in name or name.endswith("/"))  # as nearly all
    place = name if is_plain else os.path.abspath(name)  # noqa: PTH100 - this is asked often
    if not (is_plain or os.path.isabs(name)):  # noqa: PTH117
        seen.relative.add(place)
    if by_user := whose.is_by_user(frame, seen.own):
        seen.users.add(place)
    return place, by_user


def _list(seen: Seen, path: Any = None) -> None:
    frame = sys._getframe(2)
    if isinstance(path, int) or frame.f_code.co_filename.startswith(READERS_OF_SOURCE):
        return
    folder = os.fsdecode(path or ".")
    if not (folder in sys.path and _is_asked_by_library(frame)):  # which looks for what is installed
        place = os.path.abspath(folder)  # noqa: PTH100
        seen.listed[place] = None
        by_user = whose.is_by_user(frame, seen.own)
        if place not in seen.names and whose.counts(place, by_user=by_user):
            seen.know(place)
            seen.names[place] = _names(place)
        if by_user:
            seen.users.add(place)
            if not frame.f_code.co_filename.startswith(_LISTS_FOR_OTHERS):
                seen.matched[f"{place}/*"] = None


def _note_asked(seen: Seen, function: str, path: Any) -> None:
    frame = sys._getframe(5)  # this, _hook, _ask, asked's, the replaced function, and who called that
    while frame and (code := frame.f_code).co_filename.startswith(_ASKS_FOR_OTHERS):
        if code.co_name in _WALKS_UP and function == "lstat":
            return  # where it finds a link, it asks where that leads
        frame = frame.f_back  # type: ignore[assignment]
    file = frame.f_code.co_filename if frame else _PYTHON
    place, by_user = _place(seen, path, frame)
    if not (file.startswith(f"{_PYTHON}/inspect.py") or is_for_source(file, place)):
        # a library that asks may read it by itself, out of sight; or it goes by its size and time, and says it is equal
        (seen.asked if by_user and not file.endswith("/filecmp.py") else seen.opened)[place] = None


def is_for_source(reader: str, path: str) -> bool:
    """Whether a file is read to import it, or to show lines of it, and not as data."""
    if reader.startswith(_READERS_OF_LINES):
        return path.endswith(".py")
    if reader.startswith(_LOADER):  # which reads data of packages, too
        return Path(path).suffix in _CODE
    return reader.startswith(READERS_OF_SOURCE)


def _note_handed(seen: Seen, path: Any) -> None:
    if isinstance(path, str) and path not in seen.handed:  # a step may put together very many
        place, _ = _place(seen, path, sys._getframe(5))  # this, _hook, _ask, asked's, the replaced function, its caller
        seen.handed[place] = None


def _note_expanded(seen: Seen, path: Any) -> None:
    if isinstance(path, str):
        place, by_user = _place(seen, path, sys._getframe(5))
        (seen.handed if by_user else seen.expanded)[place] = None


def _note_matched(seen: Seen, pattern: Any) -> None:
    frame = sys._getframe(5)
    if whose.is_by_user(frame, seen.own):
        place, _ = _place(seen, pattern, frame)
        seen.matched[place] = None


def _names(folder: str) -> list[str]:
    """What is in a folder. To list it is an event, too."""
    with unheard():
        try:
            return os.listdir(folder)  # noqa: PTH208
        except OSError:
            return []


def _absolute(path: Any) -> str:
    return os.path.abspath(os.fsdecode(path))  # noqa: PTH100


def _make(seen: Seen, path: Any) -> None:
    """Note that a file is written, or something made; before that, what the folder is that it lies in."""
    place = _absolute(path)
    seen.know(os.path.dirname(place))  # noqa: PTH120
    seen.written.add(place)


def _make_new(seen: Seen, path: Any, *_: Any) -> None:
    if not is_there(os.fsdecode(path)):  # else it fails
        _make(seen, path)


def _touch(seen: Seen, path: Any, *_: Any) -> None:
    """Note what a file is, or the folder that something is taken from, before the step makes it look younger."""
    if not isinstance(path, int):
        place = _absolute(path)
        seen.know(place)
        seen.know(os.path.dirname(place))  # noqa: PTH120


def _set_times(seen: Seen, path: Any, *_: Any) -> None:
    if not isinstance(path, int):
        _touch(seen, path)
        seen.touched.add(_absolute(path))


def _rename(seen: Seen, old: Any, new: Any, *_: Any) -> None:
    _touch(seen, old)
    _make(seen, new)


def _link(seen: Seen, old: Any, new: Any, *_: Any) -> None:
    _touch(seen, old)
    _make_new(seen, new)


def _is_asked_by_library(frame: FrameType | None) -> bool:
    file = whose.asker(frame)
    return not file or "site-packages" in file


def _note_module(seen: Seen, module: str, unpickled: str = "") -> None:
    """Note a library that the user's code imports or looks for by a name that data may say, or of an unpickled object.

    Not those that other libraries look for, such as each that they can work with.
    """
    top = module.partition(".")[0]
    if top and top not in sys.stdlib_module_names and (unpickled or whose.is_by_user(sys._getframe(5), seen.own)):
        seen.modules[top] = None


def _note_variable(seen: Seen, name: Any) -> None:
    """Note a variable that code of the user's reads, by whatever name; not when it takes all of them at once."""
    frame = sys._getframe(5)  # this, _hook, _ask, asked's, the replaced method, and who called that
    while frame and frame.f_code.co_filename.startswith(_READ_FOR_OTHERS):
        frame = frame.f_back  # type: ignore[assignment]
    if not frame or _reads_for_itself(frame) or not whose.is_by_user(frame, seen.own):
        return
    place = frame.f_code, frame.f_lasti
    if name is None:
        _take_all.add(place)
        seen.copied[f"{Path(frame.f_code.co_filename).stem}.{frame.f_code.co_qualname}"] = None
    elif place not in _take_all:
        seen.variables[os.fsdecode(name)] = None


def _reads_for_itself(frame: FrameType) -> bool:
    """Whether Python's own code reads a variable that nobody has handed it, as ``tempfile`` does."""
    is_handed = frame.f_globals.keys().isdisjoint(("os", "environ")) or frame.f_globals.get("__name__") in _HANDED_ONES
    return whose.is_pythons(frame.f_code.co_filename) and not is_handed


def _start(seen: Seen, program: Any, arguments: Any = (), cwd: Any = None, env: Any = None, *_: Any) -> None:
    given = _words(arguments) if isinstance(arguments, str) else [os.fsdecode(word) for word in arguments or ()]
    texts = [*([] if program is None else [os.fsdecode(program)]), *given]
    named = texts if program is None else texts[:1]
    if os.path.basename(texts[0]) in _SHELLS and "-c" in texts[1:-1]:  # noqa: PTH119
        inner = _words(texts[texts.index("-c") + 1])
        texts, named = texts + inner, named + inner
    seen.connected |= dict.fromkeys(remote.asked_by(texts))
    folder = os.fsdecode(cwd) if cwd else "."
    values = filter(None, (text.partition("=")[2] for text in texts))  # --data=FILE
    for text in ("", *texts, *values, *scripts.modules(texts), *scripts.named_in(texts)):
        seen.started[os.path.abspath(os.path.join(folder, text))] = None  # noqa: PTH100, PTH118
    if not _is_for_itself(sys._getframe(2)):
        path = os.fsdecode(dict(env or {}).get("PATH") or dict(env or {}).get(b"PATH") or os.environ.get("PATH", ""))
        for text in named:
            where = os.path.join(folder, text) if "/" in text else text  # noqa: PTH118
            if found := shutil.which(where, path=path):
                is_same = where == text and path == os.environ.get("PATH")
                seen.programs[text if is_same else os.path.abspath(found)] = None  # noqa: PTH100


def _words(command: str) -> list[str]:
    """The words of a shell's command, of which some name programs."""
    lexer = shlex.shlex(command, posix=True, punctuation_chars=True)
    lexer.whitespace_split, lexer.commenters = True, ""
    try:
        return [*lexer]
    except ValueError:  # it is no command of a shell
        return command.split()


def _is_for_itself(frame: FrameType | None) -> bool:
    """Whether Python's library starts a program to find something out, as ``platform`` does."""
    while frame and frame.f_code.co_filename in _STARTERS:
        frame = frame.f_back
    return bool(frame and frame.f_code.co_filename.startswith(_FOR_THEMSELVES))


def _connect(seen: Seen, socket: Any, address: Any) -> None:
    where = address if isinstance(address, str | bytes) else ":".join(map(str, address[:2]))
    seen.connected[os.fsdecode(where)] = None


def _look_up(seen: Seen, host: Any, *_: Any) -> None:
    """Note a name that is looked up. The address of it that is connected to next says the same."""
    if host and not _IS_ADDRESS.fullmatch(name := os.fsdecode(host)):
        seen.connected[name] = None


def _load(seen: Seen, name: Any) -> None:
    if name and "/" in os.fsdecode(name):  # else it is one of the system's libraries
        _open(seen, name, "r", 0)


def _connect_to_file(seen: Seen, database: Any) -> None:
    name = os.fsdecode(database)
    if name.startswith("file:"):
        name = unquote(urlsplit(name).path)
    _open(seen, name, "r", os.O_RDWR)
    if os.path.exists(log := f"{name}-wal"):  # noqa: PTH110 - what is not in the file yet
        _open(seen, log, "r", 0)


_STARTS = {"os.exec", "os.posix_spawn", "os.system", "subprocess.Popen"}
_LOOKS_UP = {"socket.getaddrinfo", "socket.gethostbyaddr", "socket.gethostbyname"}
OF_OTHERS = {"socket.connect", "socket.sendto", *_LOOKS_UP, *_STARTS}  # of the network and of programs
AT_IMPORT = {"ctypes.dlopen", "open", "os.listdir", "os.scandir", "sqlite3.connect"}
KEPT = AT_IMPORT | OF_OTHERS  # what somebody may keep, whether a step runs or not
ASKED = {asked.PATH, asked.HANDED, asked.EXPANDED, asked.MATCHED, asked.VARIABLE, asked.MODULE}
OF_POOLS = AT_IMPORT | ASKED - {asked.VARIABLE, asked.MODULE}  # of files: whatever else is at work there
NOTES: dict[str, Any] = {
    "open": _open,
    "ctypes.dlopen": _load,
    "sqlite3.connect": _connect_to_file,
    asked.PATH: _note_asked,
    asked.HANDED: _note_handed,
    asked.EXPANDED: _note_expanded,
    asked.MATCHED: _note_matched,
    asked.VARIABLE: _note_variable,
    asked.MODULE: _note_module,
    "pickle.find_class": _note_module,
    "os.listdir": _list,
    "os.scandir": _list,
    "os.mkdir": _make_new,
    "os.rename": _rename,
    "os.symlink": lambda seen, _, path, *__: _make_new(seen, path),
    "os.link": _link,
    "os.truncate": lambda seen, path, *_: None if isinstance(path, int) else _make(seen, path),
    "os.utime": _set_times,
    **dict.fromkeys(("os.chmod", "os.chown", "os.remove", "os.rmdir"), _touch),
    "subprocess.Popen": _start,
    "os.system": lambda seen, command: _start(seen, None, os.fsdecode(command)),
    "os.exec": lambda seen, path, arguments, _: _start(seen, path, arguments),
    "os.posix_spawn": lambda seen, path, arguments, _: _start(seen, path, arguments),
    **dict.fromkeys(("socket.connect", "socket.sendto"), _connect),
    **dict.fromkeys(_LOOKS_UP, _look_up),
}


def told_by(event: str, frame: FrameType, *arguments: Any) -> list[str]:
    """Who tells something, by an event of the network or of a program: hosts, and programs by their names."""
    seen = Seen(0, frozenset())
    if not (event in _STARTS and _is_for_itself(frame)):
        NOTES[event](seen, *arguments)
    programs = (os.path.basename(one) for one in seen.programs)  # noqa: PTH119
    return [*(f"network: {one}" for one in seen.connected), *(f"what a program said: {one}" for one in programs)]
