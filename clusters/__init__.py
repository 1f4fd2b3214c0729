"""Real deployments of the engines, all processes on this machine, and the headline scenarios on each.

A module for each engine says which processes there are and how they are started: a compose in Python. ``scenarios``
takes any of them through the same changes and accidents. ``python -m clusters dask`` runs one, in the environment of
that engine.
"""
