"""``python -m shared.store``: what is in a store, whether it is whole, and what of it can go."""

from shared.command import start
from shared.store.housekeeping import app

if __name__ == "__main__":
    start(app, "shared.store")
