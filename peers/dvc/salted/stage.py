"""The script of all stages: the name of a job, the files that it reads and makes, and its parameters."""

import sys

import jobs

files = [word for word in sys.argv[2:] if "/" in word]
getattr(jobs, sys.argv[1])(*files, *map(float, sys.argv[2 + len(files) :]))
