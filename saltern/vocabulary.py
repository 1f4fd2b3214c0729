"""What is known of names of Python and of libraries: which of them tell more than they say, and of what.

A name by itself (``lineno``) is looked for in all code, as nobody knows what it is an attribute of (``names``). A whole
name (``time.time``) is that of a function to which a reference leads (``resolver``).
"""

from __future__ import annotations

from saltern.reached import ARGUMENTS, FOLDER, PLATFORM

# --- names by themselves

# What reads docstrings, or hands them on.
READS_DOCSTRINGS = {
    "__dict__", "__doc__", "co_consts", "docopt", "doctest", "getdoc", "getmembers", "getmembers_static", "help",
    "json_schema", "model_json_schema", "pydoc", "schema_json",
}  # fmt: skip
# What reads type hints, or hands them on.
READS_HINTS = {
    "Signature", "__annotate__", "__annotations__", "__signature__", "get_annotations", "get_type_hints",
    "getfullargspec", "getmembers", "getmembers_static", "help", "pydoc", "signature",
}  # fmt: skip
# What leads to all names of whatever module.
READS_MODULES = {"__globals__", "f_globals", "f_locals", "get_objects", "get_referrers", "getargvalues"}
# What tells where in its file code stands: a comment above it is a difference then.
READS_LINES = {
    "FrameSummary", "StackSummary", "TracebackException", "__firstlineno__", "co_firstlineno", "co_lines",
    "co_linetable", "co_positions", "extract_stack", "extract_tb", "f_lineno", "findCaller", "format_exc",
    "format_exception", "format_stack", "format_tb", "getframeinfo", "getinnerframes", "getouterframes", "lineno",
    "print_exc", "print_exception", "print_stack", "print_tb", "tb_lineno", "walk_stack", "walk_tb",
}  # fmt: skip
# What tells the size of a file, or its time and who may use it.
_SIZES = {"ST_SIZE", "getsize", "st_size"}
_TIMES = {
    "ST_MODE", "ST_MTIME", "filemode", "getatime", "getctime", "getmtime", "st_atime", "st_atime_ns", "st_ctime",
    "make_archive", "st_ctime_ns", "st_mode", "st_mtime", "st_mtime_ns",
}  # fmt: skip
NAMES_OF_FILES = {"filename", "name"}  # what tells the name of a file that is open
# Methods that go by a variable of the environment.
_LOCALE = ("LANG", "LC_ALL", "LC_COLLATE", "LC_CTYPE", "LC_MONETARY", "LC_NUMERIC", "LC_TIME")
METHODS_GO_BY = {
    "expanduser": ("HOME",), "setlocale": _LOCALE,
    **dict.fromkeys(("astimezone", "formatdate", "fromtimestamp", "timestamp", "tzlocal"), ("TZ",)),
}  # fmt: skip
_LOOK = _SIZES | _TIMES | {*METHODS_GO_BY}
LOOKS = (("sizes", _SIZES), ("times", _TIMES))
READERS = READS_DOCSTRINGS | READS_HINTS | READS_MODULES | READS_LINES | _LOOK
NO_WORDS = {name for name in READERS - _LOOK if "_" in name}  # no words, where they stand in a text
PARSES = {"parse_args", "parse_known_args"}  # the arguments of the program, where they are given none
ARCHIVES = {"TarFile", "ZipFile", "open"}  # an archive that is written holds times, and who may use a file
LOADS = {"exec_module", "load_module"}  # methods of what loads a module, which may be any
OF_SCOPE = {"dir", "locals", "vars"}  # without an argument they give the names of where they are called
JOINS = {"join", "joinpath"}  # what puts paths together
TAKERS = {"attrgetter", "getattr", "getattr_static", "vars"}

# --- whole names

# Library functions that run code which is named by data, or read source as text; and what these are taken from.
BY_DATA = {
    "builtins", "builtins.__import__", "builtins.eval", "builtins.exec", "builtins.globals", "builtins.vars",
    "cProfile.run", "cProfile.runctx", "cloudpickle.load", "cloudpickle.loads", "code.InteractiveConsole",
    "code.InteractiveInterpreter", "code.interact", "dill.load", "dill.loads", "django.utils.module_loading",
    "django.utils.module_loading.import_string", "hydra.utils", "hydra.utils.call", "hydra.utils.get_class",
    "hydra.utils.get_method", "hydra.utils.get_object", "hydra.utils.instantiate", "imp", "imp.load_module",
    "imp.load_source", "importlib", "importlib.__import__", "importlib.import_module", "importlib.machinery",
    "importlib.machinery.SourceFileLoader", "importlib.machinery.SourcelessFileLoader", "importlib.reload",
    "importlib.util", "importlib.util.spec_from_file_location", "importlib.util.spec_from_loader",
    "inspect.findsource", "inspect.getcomments", "inspect.getmodule", "inspect.getsource", "inspect.getsourcelines",
    "joblib.load", "jsonpickle.decode", "linecache.getline", "linecache.getlines", "logging.config",
    "logging.config.dictConfig", "logging.config.fileConfig", "pandas.read_pickle", "pickle.load", "pickle.loads",
    "pickle.Unpickler", "pkgutil.find_loader", "pkgutil.get_loader", "pkgutil.resolve_name", "pydoc",
    "pydoc.importfile", "pydoc.locate", "pydoc.resolve", "pydoc.safeimport", "runpy.run_module", "runpy.run_path",
    "shelve.open", "sys", "sys.executable", "sys.modules", "timeit.Timer", "timeit.repeat", "timeit.timeit",
    "tokenize.open", "torch.load", "unittest.mock.patch", "werkzeug.utils.import_string", "yaml.Loader",
    "yaml.UnsafeLoader", "yaml.unsafe_load", "zipimport", "zipimport.zipimporter",
}  # fmt: skip
# What tells of a library that is named by a text: it counts as one that is imported.
NAMES_A_LIBRARY = {
    "importlib.metadata.distribution", "importlib.metadata.files", "importlib.metadata.metadata",
    "importlib.metadata.requires", "importlib.metadata.version", "importlib.util.find_spec",
    "pkg_resources.get_distribution", "pkg_resources.require",
}  # fmt: skip
# What tells of all that is installed, such as plug-ins by their entry points.
ALL_INSTALLED = {
    *(f"{module}.{name}" for module in ("importlib.metadata", "importlib_metadata")
      for name in ("Distribution.discover", "distributions", "entry_points", "packages_distributions")),
    *("pkg_resources.iter_entry_points", "pkg_resources.working_set", "pkgutil.iter_modules"),
}  # fmt: skip
IMPORTS = {"builtins.__import__", "importlib.__import__", "importlib.import_module", "pkgutil.resolve_name"}
ANY_VARIABLE = {
    "decouple.config", "dynaconf.Dynaconf", "environ.Env", "environs.Env", "os.environ", "os.environb", "os.getenv",
    "os.getenvb", "os.path.expandvars", "pydantic.BaseSettings", "pydantic_settings.BaseSettings",
    "starlette.config.Config",
}  # fmt: skip
# What tells the numbers of lines, and has a name that others have.
TELL_LINES = {"inspect.stack", "inspect.trace", "marshal.dumps", "warnings.catch_warnings"}
ENVIRONMENT = {"os.environ", "os.environ.get", "os.getenv", "os.environ.setdefault", "os.environ.pop"}
# Library functions that go by variables of the environment, or by what else the process was started with.
FUNCTIONS_GO_BY = {
    "getpass.getuser": ("LOGNAME", "USER", "LNAME", "USERNAME"), "os.getcwd": (FOLDER,), "os.getcwdb": (FOLDER,),
    "os.path.expanduser": ("HOME",), "pathlib.Path.cwd": (FOLDER,), "pathlib.Path.home": ("HOME",),
    "shutil.get_terminal_size": ("COLUMNS", "LINES"), "shutil.which": ("PATH",), "sys.argv": (ARGUMENTS,),
    "tempfile.gettempdir": ("TMPDIR", "TEMP", "TMP"),
    **dict.fromkeys(
        ("os.name", "os.uname", "platform.architecture", "platform.machine", "platform.platform", "platform.processor",
         "platform.system", "platform.uname", "sys.byteorder", "sys.maxsize", "sys.platform"),
        (PLATFORM,),
    ),
    "time.ctime": ("TZ",), "time.localtime": ("TZ",), "time.mktime": ("TZ",), "time.timezone": ("TZ",),
    "time.tzname": ("TZ",), "time.altzone": ("TZ",),
}  # fmt: skip
# Library functions that answer differently each time: what depends on them cannot be held, so it is told.
_CLOCKS = {
    "datetime.date.today", "datetime.datetime.now", "datetime.datetime.today", "datetime.datetime.utcnow",
    "pandas.Timestamp.now", "pandas.Timestamp.today", "pandas.Timestamp.utcnow", "time.asctime", "time.ctime",
    "time.gmtime", "time.localtime", "time.strftime", "time.time", "time.time_ns",
}  # fmt: skip
_CHANCE = {
    "os.getrandom", "os.urandom", "random.SystemRandom", "secrets.choice", "secrets.randbelow", "secrets.randbits",
    "secrets.token_bytes", "secrets.token_hex", "secrets.token_urlsafe", "uuid.uuid1", "uuid.uuid4",
    *(f"random.{name}" for name in (
        "betavariate", "choice", "choices", "expovariate", "gammavariate", "gauss", "lognormvariate", "normalvariate",
        "paretovariate", "randbytes", "randint", "random", "randrange", "sample", "shuffle", "triangular", "uniform",
        "vonmisesvariate", "weibullvariate",
    )),
}  # fmt: skip
# What an engine keeps in its database and tells over a connection that is open already.
_ENGINES = {
    "airflow.hooks.base.BaseHook.get_connection", "airflow.models.Connection.get", "airflow.models.Variable.get",
    "airflow.models.variable.Variable.get", "airflow.sdk.BaseHook.get_connection", "airflow.sdk.Connection.get",
    "airflow.sdk.Variable.get", "airflow.sdk.get_current_context", "prefect.blocks.system.Secret.aload",
    "prefect.blocks.system.Secret.load", "prefect.context.get_run_context", "prefect.variables.Variable.aget",
    "prefect.variables.Variable.get",
}  # fmt: skip
_MACHINE = {
    "multiprocessing.cpu_count", "os.cpu_count", "os.getpid", "os.process_cpu_count", "os.sched_getaffinity",
    "platform.node", "socket.getfqdn", "socket.gethostname",
}  # fmt: skip
FICKLE = {
    **dict.fromkeys(_CLOCKS, "clock"), **dict.fromkeys(_CHANCE, "random numbers"), **dict.fromkeys(_MACHINE, "machine"),
    **dict.fromkeys(_ENGINES, "the engine's database"),
}  # fmt: skip
# What starts a program, which gets all variables.
PROGRAMS = {
    "asyncio.create_subprocess_exec", "asyncio.create_subprocess_shell", "os.popen", "os.system", "subprocess",
}  # fmt: skip
# What gives the same on every Python; for all else its minor version is an ingredient.
STEADY = {
    "__future__", "abc", "base64", "bisect", "builtins", "collections", "contextlib", "copy", "csv", "dataclasses",
    "decimal", "enum", "fractions", "functools", "gzip", "hashlib", "heapq", "io", "itertools", "json", "logging",
    "math", "operator", "os", "pathlib", "string", "struct", "subprocess", "sys", "textwrap", "time", "types", "typing",
    "zlib",
}  # fmt: skip
