"""Runs a program in a terminal of its own (pty(7)) and keeps what it shows, as pyte reads it.

Usage: terminal.py COLUMNS ROWS PROGRAM ARGS... Orders come as lines of JSON on standard input and are
answered by one line each, which tells how the terminal stands then.
"""

import copy
import fcntl
import json
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios

import pyte


class Screen(pyte.Screen):
    """Knows the alternate screen too, which pyte does not."""

    alternate = False
    kept = None

    def set_mode(self, *modes, **kwargs):
        if kwargs.get("private") and 1049 in modes:
            self.kept = (copy.deepcopy(self.buffer), copy.copy(self.cursor))
            self.alternate = True
            self.erase_in_display(2)
        super().set_mode(*modes, **kwargs)

    def reset_mode(self, *modes, **kwargs):
        if kwargs.get("private") and 1049 in modes and self.kept is not None:
            self.buffer, self.cursor = self.kept
            self.alternate = False
        super().reset_mode(*modes, **kwargs)


def main():
    columns, rows = int(sys.argv[1]), int(sys.argv[2])
    screen = Screen(columns, rows)
    stream = pyte.ByteStream(screen)
    ours, theirs = pty.openpty()
    resize(theirs, columns, rows)
    own = lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    program = subprocess.Popen(
        sys.argv[3:], stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True, preexec_fn=own
    )
    raw = bytearray()
    pending = b""

    def take(read):
        raw.extend(read)
        stream.feed(read)

    while True:
        ready, _, _ = select.select([ours, 0], [], [])
        if ours in ready:
            take(os.read(ours, 65536))
            continue
        read = os.read(0, 65536)
        if not read:
            break
        *orders, pending = (pending + read).split(b"\n")
        for order in map(json.loads, orders):
            if "keys" in order:
                os.write(ours, order["keys"].encode())
            if "resize" in order:
                screen.resize(order["resize"][1], order["resize"][0])
                resize(theirs, *order["resize"])
                program.send_signal(signal.SIGWINCH)
            if "signal" in order:
                program.send_signal(getattr(signal, order["signal"]))
            # What the program is comes first: all that it did before is seen then.
            code, is_stopped = program.poll(), state(program.pid) == "T"
            while select.select([ours], [], [], 0)[0]:
                take(os.read(ours, 65536))
            flags = termios.tcgetattr(theirs)[3]
            answer = {
                "lines": [line.rstrip() for line in screen.display],
                "isAlternate": screen.alternate,
                "isCursorShown": not screen.cursor.hidden,
                "isCooked": bool(flags & termios.ICANON) and bool(flags & termios.ECHO),
                "isStopped": is_stopped,
                "code": code,
                "raw": raw.decode("utf-8", "replace"),
            }
            print(json.dumps(answer), flush=True)
    if program.poll() is None:
        program.kill()


def resize(descriptor, columns, rows):
    fcntl.ioctl(descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


def state(pid):
    """The letter that proc(5) has for it."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rsplit(") ", 1)[1][0]
    except OSError:
        return ""


main()
