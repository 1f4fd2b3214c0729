"""Salting: naming an artifact after everything that went into it.

recipe   what went in, as canonical JSON        shared.salting.recipe
salt     sha256 of the recipe                   shared.salting.recipe
strategy which ingredients go into the recipe   shared.salting.strategies
fold     one value per task of a whole graph    shared.salting.walk
digest   the hash of a file's content           shared.salting.fingerprints
"""

from shared.salting.recipe import Artifact, Call, Inputs, Source, canonical, salt
from shared.salting.strategies import STRATEGIES, Strategy, strategy
from shared.salting.walk import fold

__all__ = [
    "STRATEGIES",
    "Artifact",
    "Call",
    "Inputs",
    "Source",
    "Strategy",
    "canonical",
    "fold",
    "salt",
    "strategy",
]
