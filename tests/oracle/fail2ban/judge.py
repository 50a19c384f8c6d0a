"""Lines for the filters of an installed fail2ban, and what it makes of them.

judge.py SEED COUNT FILTER... makes lines from each filter's own expressions (they are read from the installed
package, none of them is kept here) and prints, as JSON, which of them fail2ban counts as failures, with the address.
"""

import json
import logging
import os
import random
import re
import sys
import warnings

warnings.filterwarnings("ignore")
logging.disable(logging.CRITICAL)

from fail2ban.client import fail2banregex
from fail2ban.client.filterreader import FilterReader

try:
    from re import _parser as parser, _constants as constants
except ImportError:
    import sre_parse as parser, sre_constants as constants

CONFIG = os.environ.get("FAIL2BAN_CONFIG", "/etc/fail2ban")
HEAD = "QQHEADQQ"
DATES = [
    "Nov 20 10:00:00",
    "2026-11-20 10:00:00",
    "20/Nov/2026:10:00:00 +0000",
    "Fri Nov 20 10:00:00.123456 2026",
    "2026/11/20 10:00:00",
    "2026-11-20T10:00:00.123Z",
    "1795168800.123",
    "20-Nov-2026 10:00:00.123",
    "11/20/2026 10:00:00",
    "Nov 20, 2026 10:00:00 AM",
    "2026:11:20-10:00:00",
    "Nov-20-26 10:00:00",
    "10:00:00.123",
    "20/11/2026 - 10:00:00",
    "2026-11-20T10:00:00+0000",
    "[20/Nov/2026 10:00:00]",
    "<W>2026-11-20 10:00:00.123",
    "L 20/11/2026 - 10:00:00",
    "t=2026-11-20T10:00:00+0000",
    '<co ts="2026-11-20 10:00:00" ',
    "2026:11:20-10:00:00",
    "@400000006a3fb1e40ebd5b84",
]


class Lines:
    """Makes texts that an expression takes, as far as its look-arounds allow."""

    def __init__(self, rng):
        self.rng = rng
        self.groups = {}

    def address(self, kind):
        if kind == "ip6" or (kind == "dns" and self.rng.random() < 0.3):
            return "fd00:db8::%x" % self.rng.randrange(1, 65535)
        return "192.0.2.%d" % self.rng.randrange(1, 255)

    def text(self, tree, names):
        return "".join(self.node(op, value, names) for op, value in tree)

    def node(self, op, value, names):
        rng = self.rng
        name = str(op)
        if name == "LITERAL":
            return chr(value)
        if name == "NOT_LITERAL":
            return rng.choice([c for c in "abcxyz019" if ord(c) != value])
        if name == "ANY":
            return rng.choice("abcdefgh 0123./-")
        if name == "IN":
            return self.one_of(value)
        if name == "BRANCH":
            return self.text(rng.choice(value[1]), names)
        if name == "SUBPATTERN":
            number, _, _, inner = value
            if names.get(number) in ("ip4", "ip6", "dns"):
                self.groups[number] = True
                return self.address(names[number])
            out = self.text(inner, names)
            self.groups[number] = out
            return out
        if name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
            low, high, inner = value
            high = min(int(high), low + rng.choice([0, 1, 1, 3, 6]))
            return "".join(self.text(inner, names) for _ in range(rng.randint(low, max(low, high))))
        if name == "GROUPREF":
            return self.groups.get(value) or ""
        if name == "GROUPREF_EXISTS":
            number, yes, no = value
            return self.text(yes, names) if number in self.groups else self.text(no or [], names)
        if name == "ATOMIC_GROUP":
            return self.text(value, names)
        return ""

    def one_of(self, items):
        chars = [chr(code) for code in range(32, 127)]
        fits = lambda char: any(self.takes(op, value, char) for op, value in items if str(op) != "NEGATE")
        negated = str(items[0][0]) == "NEGATE"
        good = [char for char in chars if fits(char) != negated]
        likely = [char for char in good if char.isalnum()]
        return self.rng.choice(likely if likely and self.rng.random() < 0.9 else good or [" "])

    @staticmethod
    def takes(op, value, char):
        name = str(op)
        if name == "LITERAL":
            return ord(char) == value
        if name == "RANGE":
            return value[0] <= ord(char) <= value[1]
        if name == "CATEGORY":
            kind = str(value)
            found = char.isdigit() if "DIGIT" in kind else char.isspace() if "SPACE" in kind else bool(re.match(r"\w", char))
            return found != ("NOT" in kind)
        return False


def marked_options(name):
    reader = FilterReader(name, "judge", {}, share_config=None, basedir=CONFIG)
    reader.read()
    defaults = reader._cfg.get_defaults()
    if "__prefix_line" in defaults:
        defaults["__prefix_line"] = HEAD
    reader.getOptions(None)
    return {**reader.getCombined(), "_daemon": reader.getCombOption("_daemon")}


def fresh(name):
    options, _ = fail2banregex.get_opt_parser().parse_args(["-r", "-c", CONFIG, "x", name])
    options.log_level = "critical"
    found = fail2banregex.Fail2banRegex(options)
    fail2banregex.output = lambda *_: None
    if not found.readRegex(os.path.join(CONFIG, "filter.d", name + ".conf"), "fail"):
        return None
    return found


def judge(name, seed, count):
    rng = random.Random("%s %s" % (seed, name))
    found = fresh(name)
    if found is None:
        return None
    plain = found._filter.getFailRegex()
    marked = marked_options(name)
    from fail2ban.server.failregex import Regex

    sources = [line for line in (marked.get("failregex") or "").split("\n") if line.strip()]
    prefix = marked.get("prefregex")
    daemon = marked.get("_daemon") or ""
    lines = []
    for source in sources:
        for _ in range(count):
            made = Lines(rng)
            content = generate(made, Regex._resolveHostTag(source))
            if content is None:
                break
            if prefix:
                content = within(made, Regex._resolveHostTag(prefix), content)
            if content is None:
                break
            program = "prog" if daemon in ("", r"\S*") else (generate(made, daemon) or "prog").replace(" ", ".")
            lines.extend(settle(rng, content, program, found))
    # Of a form of date that fail2ban does not know for this filter nothing can be said.
    known = {form for form, verdict in lines if verdict["fails"]}
    verdicts = [verdict for form, verdict in lines if form in known]
    return {"expressions": len(plain), "lines": verdicts}


def generate(made, source):
    try:
        tree = parser.parse(source)
    except (re.error, RecursionError):
        return None
    names = {number: group for group, number in tree.state.groupdict.items()}
    return made.text(tree, names)


def within(made, source, content):
    """The line that a prefregex takes, with this text as its content."""
    marked = re.sub(r"\(\?P<content>.*?(?<!\\)\)(?=\$|\\s|$)", "QQCONTENTQQ", source)
    line = generate(made, marked)
    return None if line is None else line.replace("QQCONTENTQQ", content)


def settle(rng, content, program, found):
    """The line with a date where fail2ban finds one, and lines that are nearly the same; each with its form of date."""
    out = []
    for form, line in dated(rng, content, program):
        line = "".join(char for char in line if " " <= char <= "~").lstrip()
        verdict = ask(found, line)
        if verdict is None:
            continue
        out.append((form, verdict))
        if not verdict["fails"]:
            continue
        for _ in range(2):
            changed = nearly(rng, line, form.split(" inside")[0])
            again = None if changed is None else ask(found, changed)
            if again is not None:
                out.append((form, again))
        return out
    return out


def dated(rng, content, program):
    for date in DATES:
        if HEAD in content:
            yield date, content.replace(HEAD, "%s web1 %s[%d]: " % (date, program, rng.randrange(2, 99999)))
        elif "[]" in content:
            yield date, content.replace("[]", "[%s]" % date, 1)
        else:
            glue = " " if content[:1].isalnum() else ""
            yield date, date + glue + content
            if " -" in content:
                yield date + " inside", content.replace(" -", " - - [%s]" % date, 1)


def nearly(rng, line, date):
    """The line with one other character, outside of its head, its time and its addresses."""
    start = max(len(line) // 2, line.find("]: ") + 3)
    taken = [span for found in re.finditer(r"192\.0\.2\.\d+|fd00:db8::\w+|" + re.escape(date), line) for span in range(*found.span())]
    places = [at for at in range(start, len(line)) if at not in taken]
    if not places:
        return None
    at = rng.choice(places)
    return (line[:at] + rng.choice(["", "x", " ", "'"]) + line[at + 1 :])


def ask(found, line):
    found._filter.mlfidCache.clear() if hasattr(found._filter, "mlfidCache") else None
    _, failures, _ = found.testRegex(line)
    if failures is None or failures == 0:
        return None
    known = [str(each[1]) for each in failures if each[1] is not None]
    pending = any(each[1] is None for each in failures)
    # What it knows of a line without an address depends on other lines.
    return None if pending else {"line": line, "fails": len(known) > 0, "ids": sorted(set(known))}


if __name__ == "__main__":
    seed, count = sys.argv[1], int(sys.argv[2])
    for name in sys.argv[3:]:
        try:
            result = judge(name, seed, count)
        except Exception as error:  # what fails here is told, not hidden
            result = {"error": "%s: %s" % (type(error).__name__, error)}
        print(json.dumps({"filter": name, **(result or {"error": "no expressions"})}))
