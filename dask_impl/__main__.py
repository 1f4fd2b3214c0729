import dask

from dask_impl.engine import ENGINE
from shared.cli import main

dask.config.refresh()  # from this process's environment: who forked it may have loaded Dask in another
main(ENGINE)
