"""Other tools through the changes of the gauntlet: ``nox -s peers``.

A folder for each tool, with ``peer.toml``, which says how it is wired and run, and the wirings themselves, as that
tool's own users write them; ``common`` is what several wirings share.

peer      what is in ``peer.toml``          world     a person's project with that tool, and how it is changed
changes   the scenarios, made to a world    measuring one tool measured      table     the summary in Markdown
"""
