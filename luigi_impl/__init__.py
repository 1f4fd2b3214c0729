"""The pipelines on Luigi: tasks whose targets are named by salt, so that Luigi's own completeness check decides."""

PARAMS, MTIME = "luigi/params", "luigi/mtime"  # ways of Luigi's own: see mtime.py
