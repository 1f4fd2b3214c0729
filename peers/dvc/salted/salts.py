"""DVC with saltern: the fingerprint of each stage's code, as a file of parameters."""

import json
from pathlib import Path

import jobs

from saltern import fingerprint

stages = (jobs.preprocess, jobs.train, jobs.evaluate, jobs.report)
Path("salts.yaml").write_text(json.dumps({job.__name__: fingerprint(job) for job in stages}))
