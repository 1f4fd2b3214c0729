import sys

from dask_impl.engine import ENGINE
from shared.cli import main

if forked_with := sys.modules.get("dask"):
    forked_with.config.refresh()  # from this process's environment: it was loaded in another
main(ENGINE)
