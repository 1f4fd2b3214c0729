"""The class as a walk in the terminal: twelve stops, on one engine. All but the last do something for real.

__main__     the command line                 guide     what the reader sees, and is asked
walk         goes from stop to stop           stage     a workspace with one pipeline under one strategy
native       stops 1 to 6: the engine's rule  words     what each engine calls things, and where to look
salts        stops 7 to 11: salts             bigfile   what reading a big file costs
elsewhere    stop 12: other graphs            partner   another engine, for stop 11
Every stop says what is to be seen, and the tour fails when something else is.
"""
