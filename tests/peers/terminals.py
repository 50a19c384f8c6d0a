"""Terminals that somebody sits at: pseudo terminals whose user takes messages.

terminals.py DIR COUNT prints their paths as JSON. Whoever writes a line into DIR/ask and then reads
DIR/answer gets, as JSON, what each of them has shown until then. Ends when its standard input does.
"""
import json
import os
import select
import sys
import threading

directory, count = sys.argv[1], int(sys.argv[2])
pairs = [os.openpty() for _ in range(count)]
shown = {master: b'' for master, _ in pairs}
for _, slave in pairs:
    os.fchmod(slave, 0o620)
for name in ('ask', 'answer'):
    os.mkfifo(os.path.join(directory, name))


def drain():
    """Reads until nothing has come for a while."""
    while True:
        ready, _, _ = select.select(list(shown), [], [], 0.05)
        if not ready:
            return
        for master in ready:
            shown[master] += os.read(master, 65536)


def answer():
    while True:
        with open(os.path.join(directory, 'ask'), encoding='utf-8') as ask:
            ask.readline()
        drain()
        screens = [shown[master].decode('utf-8', 'surrogateescape') for master, _ in pairs]
        with open(os.path.join(directory, 'answer'), 'w', encoding='utf-8', errors='replace') as out:
            json.dump(screens, out)


threading.Thread(target=answer, daemon=True).start()
print(json.dumps([os.ttyname(slave) for _, slave in pairs]), flush=True)
sys.stdin.read()
