"""The salt as it was first taught, beside ours: what each costs, and where each is wrong.

salt.py       the textbook salt
steps.py      two steps, as pure functions; both wirings below run them
taught.py     the steps as Luigi tasks with the textbook salt
ours.py       the same with the salt of this project
run.py        one real run of either, in a process of its own
growth.py     exhibit: the cost of a salt on diamonds and on chains
collision.py  exhibit: two parameters, one file name
stale.py      exhibit: a changed input, and changed code
chart.py      the picture of the cost

``python -m lesson.textbook`` shows all exhibits; it needs Luigi's environment.
"""
