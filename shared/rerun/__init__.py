"""The gauntlet: build, change something for real, build again in a fresh process, and judge what happened.

scenarios   the changes, and which steps each allows to run
workspace   a copy of the project's code and data that a scenario may change
forkserver  fresh processes, quickly
verdict     what a scenario showed
harness     all the cells of one engine
results     the file that says it            document  any such file, written whole and checked when it is read
"""
