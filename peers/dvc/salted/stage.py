"""The script of all stages: the name of a job, and its parameters."""

import sys

import jobs

getattr(jobs, sys.argv[1])(*map(float, sys.argv[2:]))
