"""Descriptors, one idea to a file; each can be run and read by itself.

plain.py      a value that is checked in ``__init__``, and the hole in that
managed.py    the same as a property
validated.py  the same as a descriptor
named.py      how a descriptor learns its name: ``__set_name__``
kinds.py      data descriptors and non-data descriptors
lookup.py     where Python finds an attribute, and in which order
methods.py    functions are descriptors: how a method is bound to its object
tasks.py      the descriptors of our Luigi tasks: Requires, Requirement, SaltedOutput

``python -m lesson.descriptors`` goes through them all: the code, then what it prints.
The last needs Luigi's environment.
"""
