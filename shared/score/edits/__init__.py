"""The kinds of edits. Each is a function that changes a workspace for real, by the numbers that it draws.

``code``  ``data``  ``settings``  ``libraries``  ``wiring``  ``artifacts``

Drawn from the same numbers in an equal workspace, an edit is the same one.
"""
