"""What the button 'Materialize unsynced' does: observe the sources, and materialize what is not in sync."""

import dagster as dg
from dagster._core.definitions.data_version import CachingStaleStatusResolver, StaleStatus
from dagster._core.definitions.observe import observe
from dagster._core.loader import LoadingContextForTest


def materialize(csv, assets, config):
    """Materialize what is unsynced, until nothing is. Returns the last asset's value."""
    defs = dg.Definitions(assets=[csv, *assets])
    graph = defs.resolve_asset_graph()
    with dg.DagsterInstance.get() as instance:
        observe([csv], instance=instance)
        while True:  # what is below is unsynced when what is above has been materialized
            context = LoadingContextForTest(instance)
            status = CachingStaleStatusResolver(instance=instance, asset_graph=graph, loading_context=context)
            unsynced = [asset for asset in assets if status.get_status(asset.key) != StaleStatus.FRESH]
            if not unsynced:
                return defs.load_asset_value(assets[-1].key, instance=instance)
            ops = {name: value for name, value in config.items() if name in {a.key.to_user_string() for a in unsynced}}
            keys = [asset.key for asset in unsynced]
            dg.materialize([csv, *assets], selection=keys, instance=instance, run_config={"ops": ops})
