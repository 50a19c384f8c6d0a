"""What fail2ban makes of the sample logs that its own package brings for its tests.

samples.py FILTER... prints, as JSON, for each filter its sample lines that are no comments, which of them count as
failures, and with which address. Lines whose verdict depends on other lines, or on when they are read, are left out.
"""

import json
import os
import sys

import fail2ban
from judge import ask, fresh

LOGS = os.path.join(os.path.dirname(fail2ban.__file__), "tests", "files", "logs")


def sample_lines(name):
    with open(os.path.join(LOGS, name), encoding="utf-8", errors="replace") as log:
        return [line.rstrip("\r\n") for line in log if line.strip() and not line.startswith("#")]


def judged(name):
    found = fresh(name)
    if found is None:
        return {"error": "no expressions"}
    verdicts = []
    for line in sample_lines(name):
        first = ask(found, line)
        if first is not None:
            verdicts.append(first)
        else:
            verdicts.append({"line": line, "fails": False, "ids": []} if plain_miss(found, line) else None)
    return {"lines": [each for each in verdicts if each is not None]}


def plain_miss(found, line):
    """Nothing of this line is kept for a later one."""
    if hasattr(found._filter, "mlfidCache"):
        found._filter.mlfidCache.clear()
    _, failures, _ = found.testRegex(line)
    return not failures


if __name__ == "__main__":
    for name in sys.argv[1:]:
        if not os.path.exists(os.path.join(LOGS, name)):
            continue
        try:
            result = judged(name)
        except Exception as error:  # what fails here is told, not hidden
            result = {"error": "%s: %s" % (type(error).__name__, error)}
        print(json.dumps({"filter": name, **result}))
