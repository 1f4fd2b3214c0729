"""The work of the benchmarks on each engine as it is without us: ``benchmarks/ratios.py`` compares ours with it."""
