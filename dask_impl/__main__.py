from dask_impl.engine import ENGINE
from shared.cli import main

main(ENGINE)
