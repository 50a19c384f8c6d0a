#!/usr/bin/python3
"""A real SMTP server (aiosmtpd) with faults on demand.

usage: smtp-standin.py DIR MODE [USER:PASSWORD]
MODE: starttls (login only after it) | plain | tls (from the first byte). Certificate: DIR/server.pem, DIR/server.key.
Each accepted mail becomes DIR/NNNN.eml (as received) and DIR/NNNN.json (its envelope). Prints "ready PORT".
The local part of a recipient asks for a fault, see `at_rcpt` and `at_data`.
"""
import asyncio
import json
import os
import ssl
import sys
import warnings

from aiosmtpd.smtp import SMTP, AuthResult

warnings.filterwarnings("ignore")
folder, mode = sys.argv[1], sys.argv[2]
login = sys.argv[3].split(":", 1) if len(sys.argv) > 3 else None
number = 0

at_rcpt = {
    "unknown550": "550 5.1.1 no such user",
    "greylist451": "451 4.7.1 greylisted, try later",
    "full552": "552 5.2.2 mailbox full",
    "echo": "550 you said AGFsaWNlAHMzY3JldCBwYXNz, that is s3cret pass \x1b[2J",
}
at_data = {
    "busy452": "452 4.3.1 insufficient storage",
    "spam554": "554 5.7.1 looks like spam",
    "large552": "552 5.3.4 message too big",
}
tried = {}


class Mailbox:
    async def handle_RCPT(self, server, session, envelope, address, options):
        local = address.split("@")[0]
        if local == "cut-rcpt":
            server.transport.abort()
            return "421 gone"
        if local == "second-time":
            tried[address] = tried.get(address, 0) + 1
            if tried[address] == 1:
                return at_rcpt["greylist451"]
        if local in at_rcpt:
            return at_rcpt[local]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        global number
        for address in envelope.rcpt_tos:
            local = address.split("@")[0]
            if local in at_data:
                return at_data[local]
            if local == "cut-data":
                server.transport.abort()
                return "421 gone"
            if local == "silent":
                await asyncio.sleep(60)
        number += 1
        path = f"{folder}/{number:04d}"
        with open(path + ".json.tmp", "w") as file:
            user = getattr(session.auth_data, "login", b"").decode() if session.auth_data else None
            secure = session.ssl is not None or mode == "tls"
            json.dump({"from": envelope.mail_from, "to": envelope.rcpt_tos, "tls": secure, "user": user}, file)
        with open(path + ".eml", "wb") as file:
            file.write(envelope.original_content)
        os.rename(path + ".json.tmp", path + ".json")
        return f"250 OK queued as {number:04d}"


def authenticate(server, session, envelope, mechanism, data):
    good = login and [data.login.decode(), data.password.decode()] == login
    return AuthResult(success=True, auth_data=data) if good else AuthResult(success=False, handled=False)


context = None
if mode != "plain":
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(f"{folder}/server.pem", f"{folder}/server.key")


def session():
    return SMTP(
        Mailbox(),
        hostname="mx.test",
        data_size_limit=200_000,
        authenticator=authenticate if login else None,
        auth_required=bool(login),
        auth_require_tls=mode == "starttls",
        tls_context=context if mode == "starttls" else None,
    )


async def main():
    loop = asyncio.get_running_loop()
    server = await loop.create_server(session, "127.0.0.1", 0, ssl=context if mode == "tls" else None)
    print("ready", server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main())
