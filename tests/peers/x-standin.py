#!/usr/bin/python3
"""A stand-in for the API of X: four calls, the PIN flow, and every way in which they can fail.

usage: x-standin.py SETTINGS.json

Signatures are verified by oauthlib, an implementation that shares nothing with the one under test.
SETTINGS: dir (sent.jsonl is written there), cert and key (absent: plain HTTP), host, apps, tokens, users, limits.
A second port, plain HTTP on 127.0.0.1, is the door for tests: POST /plan, /settings, /approve, /expire, /oauth2/…; GET /seen.
Prints one line of JSON with both ports when it is ready. Ends with its standard input.
"""
import email.utils
import json
import os
import secrets
import socket
import ssl
import struct
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

sys.dont_write_bytecode = True
import x_standin_oauth2
from x_standin_api import BUCKETS, LOCK, REQUEST_TOKENS, SETTINGS, Refusal, act, now

STOPPED = threading.Event()
PLAN = []  # faults to come, in order
SEEN = []  # every request: method, path, status


class Api(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 120

    def do_GET(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        fault = self.next_fault()
        if fault.get("before"):
            return self.misbehave(fault, None, body)
        path, _, query = self.path.partition("?")
        try:
            answer = act(self, path, query, body)
        except Refusal as refusal:
            answer = refusal.answer
        with LOCK:
            SEEN.append({"method": self.command, "path": self.path, "status": answer[0]})
        self.misbehave(fault, answer, body)

    do_POST = do_GET

    def next_fault(self):
        with LOCK:
            for index, fault in enumerate(PLAN):
                if fault.get("path", "") in self.path:
                    if fault.get("times", 1) > 1:
                        fault["times"] -= 1
                        return fault
                    return PLAN.pop(index)
        return {}

    def misbehave(self, fault, answer, body):
        kind = fault.get("fault")
        if kind == "hang":
            STOPPED.wait(60)
            self.close_connection = True
        elif kind == "reset":
            self.reset()
        elif kind == "garbage":
            self.connection.sendall(b"\x16\x03 this is not HTTP\r\n\r\n")
            self.close_connection = True
        elif kind == "echo":
            self.answer(400, {"title": "Bad", "detail": str(self.headers) + body.decode()}, {})
        elif kind == "answer":
            self.answer(fault["status"], fault.get("body", ""), fault.get("headers", {}))
        elif kind == "slow":
            STOPPED.wait(fault["seconds"])
            self.answer(*answer)
        elif kind in ("truncate", "longer", "shorter", "empty", "huge"):
            self.lie(kind, *answer)
        else:
            self.answer(*answer)

    def lie(self, kind, status, body, headers):
        data = body if isinstance(body, str) else json.dumps(body)
        if kind == "truncate":
            self.answer(status, data[: len(data) // 2], headers, length=len(data))
            self.close_connection = True
        elif kind == "longer":
            self.answer(status, data, headers, length=len(data) + 100)
            STOPPED.wait(60)
        elif kind == "shorter":
            self.answer(status, data, headers, length=len(data) // 2)
            self.close_connection = True
        elif kind == "huge":
            self.answer(status, data + " " * 300_000, headers)
        else:
            self.answer(status, "", headers)

    def answer(self, status, body, headers, length=None):
        is_text = isinstance(body, str)
        data = (body if is_text else json.dumps(body)).encode()
        kind = "text/html" if is_text and body.startswith("<") else "text/plain" if is_text else "application/json"
        lines = {"Date": email.utils.formatdate(now(), usegmt=True), "Content-Type": kind, "x-transaction-id": secrets.token_hex(8)}
        lines |= {"Content-Length": len(data) if length is None else length, **headers}
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items() if value is not None)
        self.connection.sendall(f"HTTP/1.1 {status} Whatever\r\n{head}\r\n".encode() + data)

    def reset(self):
        self.close_connection = True
        # SO_LINGER with no time: the kernel sends RST instead of FIN.
        plain = socket.socket(fileno=os.dup(self.connection.fileno()))
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        self.rfile.close()
        plain.close()

    def log_message(self, *_):
        pass


class Door(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.tell(SEEN)

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or "{}")
        with LOCK:
            if self.path == "/plan":
                PLAN[:] = asked
                self.tell({})
            elif self.path == "/settings":
                SETTINGS.update(asked)
                BUCKETS.clear()
                self.tell({})
            elif self.path == "/approve":
                pin = f"{secrets.randbelow(10**7):07d}"
                REQUEST_TOKENS[asked["token"]] |= {"pin": pin, "user": asked["user"]}
                self.tell({"pin": pin})
            elif self.path == "/expire":
                REQUEST_TOKENS[asked["token"]]["stale"] = True
                self.tell({})
            elif (answer := x_standin_oauth2.door(self.path, asked)) is not None:
                self.tell(answer)
            else:
                self.send_error(404)

    def tell(self, value):
        data = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        """A broken connection is what half of the tests want."""


def main():
    server = Server(("127.0.0.1", 0), Api)
    if "cert" in SETTINGS:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(SETTINGS["cert"], SETTINGS["key"])
        # The handshake is left to the connection's own thread: a silent client must not stop the others.
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    door = Server(("127.0.0.1", 0), Door)
    for each in (server, door):
        threading.Thread(target=each.serve_forever, daemon=True).start()
    print(json.dumps({"port": server.server_address[1], "door": door.server_address[1]}), flush=True)
    sys.stdin.read()
    STOPPED.set()


main()
