"""Other tools through the changes of the gauntlet: ``nox -s peers``.

A folder for each tool, with ``peer.toml``, which says how it is wired and run, and the wirings themselves, as that
tool's own users write them; ``common`` is what several wirings share.

peer      what is in ``peer.toml``            world     a person's project with that tool, and how it is changed
changes   the scenarios, made to a world      site      a world from its first build to a verdict
oracles   the clean builds by which it is     measuring one tool measured, side by side and resumed
"""
