"""The score: how often an engine is wrong, and how much it wastes, over many random edits.

mutations   small edits of Python source by syntax
edits       the kinds of edits, each made for real in a workspace
population  how often each kind is drawn, and the edit that a number stands for
trials      one edit under every strategy, judged by clean builds
results     ``results/score/<engine>.json``
kept        its record, which is taken up again
figures     rates and means with their intervals
scoring     all edits of a run: in parallel, with progress, going on where it was interrupted
"""
