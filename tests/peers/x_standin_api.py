"""What the stand-in for X knows and does, given a request: accounts, signatures, the four calls, the PIN flow."""
import json
import os
import secrets
import sys
import threading
import time
from urllib.parse import parse_qs, urlencode, urlsplit

from oauthlib.oauth1.rfc5849 import signature
from oauthlib.oauth1.rfc5849.utils import parse_authorization_header, unescape

SETTINGS = json.load(open(sys.argv[1], encoding="utf-8"))
LOCK = threading.RLock()
NONCES = set()
REQUEST_TOKENS = {}  # token -> secret, app, pin, user, stale
BUCKETS = {}  # (kind, user) -> [sends left, epoch second of the reset]
IDS = iter(range(1_800_000_000_000_000_000, 2**63))


def now():
    """The stand-in's clock: SETTINGS.clock seconds ahead of this machine's."""
    return time.time() + SETTINGS.get("clock", 0)


class Refusal(Exception):
    def __init__(self, status, body, headers=None):
        super().__init__(status)
        self.answer = (status, body, headers or {})


def v1(status, code, message):
    return Refusal(status, {"errors": [{"code": code, "message": message}]})


def problem(status, title, detail, kind="about:blank", **more):
    url = kind if kind == "about:blank" else "https://api.twitter.com/2/problems/" + kind
    return Refusal(status, {"title": title, "detail": detail, "type": url, "status": status, **more})


class Signed:
    """A request as oauthlib wants to see it."""

    def __init__(self, handler, body):
        header = handler.headers.get("Authorization", "")
        if not header.startswith("OAuth "):
            raise v1(400, 215, "Bad Authentication data.")
        pairs = [(name, unescape(value)) for name, value in parse_authorization_header(header)]
        self.oauth = dict(pairs)
        if len(self.oauth) != len(pairs):
            raise v1(400, 215, "Bad Authentication data.")
        parts = urlsplit(handler.path)
        is_form = handler.headers.get("Content-Type", "").split(";")[0] == "application/x-www-form-urlencoded"
        self.params = signature.collect_parameters(
            uri_query=parts.query, body=body.decode() if is_form else None, headers={"Authorization": header}
        )
        scheme = "https" if "cert" in SETTINGS else "http"
        self.uri = f"{scheme}://{handler.headers['Host']}{parts.path}"
        self.http_method = handler.command
        self.signature = self.oauth.get("oauth_signature")

    def verify(self, bad):
        """Who signed: (app, token or None). `bad` makes the refusal of a signature."""
        oauth = self.oauth
        app = SETTINGS["apps"].get(oauth.get("oauth_consumer_key"))
        if app is None or oauth.get("oauth_signature_method") != "HMAC-SHA1" or oauth.get("oauth_version", "1.0") != "1.0":
            raise bad
        token = None
        if "oauth_token" in oauth:
            token = SETTINGS["tokens"].get(oauth["oauth_token"]) or REQUEST_TOKENS.get(oauth["oauth_token"])
            if token is None:
                raise bad
        if not signature.verify_hmac_sha1(self, app["secret"], token["secret"] if token else None):
            raise bad
        self.check_freshness(bad)
        return app, token

    def check_freshness(self, bad):
        stamp, nonce = self.oauth.get("oauth_timestamp", ""), self.oauth.get("oauth_nonce", "")
        if not stamp.isdigit() or not nonce.isascii() or not nonce.isalnum():
            raise bad
        if abs(int(stamp) - now()) > 300:
            raise v1(401, 135, "Timestamp out of bounds.")
        seen = (self.oauth["oauth_consumer_key"], self.oauth.get("oauth_token"), stamp, nonce)
        with LOCK:
            if seen in NONCES:
                raise bad
            NONCES.add(seen)


# --- the four calls -------------------------------------------------------------------------------


def record(kind, user, text, **more):
    ident = str(next(IDS))
    line = {"kind": kind, "id": ident, "from": user["id"], "text": text, **more}
    with LOCK, open(os.path.join(SETTINGS["dir"], "sent.jsonl"), "a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")
    return ident


def already_sent():
    path = os.path.join(SETTINGS["dir"], "sent.jsonl")
    with LOCK:
        return [json.loads(line) for line in open(path, encoding="utf-8")] if os.path.exists(path) else []


def count(kind, user):
    """One from the bucket; the headers that tell of it."""
    limit = SETTINGS.get("limits", {}).get(kind, {"dm": 15, "post": 100}.get(kind, 75))
    with LOCK:
        left, reset = BUCKETS.get((kind, user["id"]), (0, 0))
        if reset <= now():
            left, reset = limit, int(now()) + 900
        headers = {"x-rate-limit-limit": limit, "x-rate-limit-reset": reset, "x-access-level": user.get("access", "read")}
        if left == 0:
            body = {"title": "Too Many Requests", "detail": "Too Many Requests", "type": "about:blank", "status": 429}
            raise Refusal(429, body, {**headers, "x-rate-limit-remaining": 0})
        BUCKETS[(kind, user["id"])] = (left - 1, reset)
    return {**headers, "x-rate-limit-remaining": left - 1}


def text_of(body, limit):
    try:
        message = json.loads(body)
    except ValueError:
        raise problem(400, "Invalid Request", "One or more parameters to your request was invalid.", "invalid-request")
    if set(message) != {"text"} or not isinstance(message["text"], str) or message["text"] == "":
        raise problem(400, "Invalid Request", "One or more parameters to your request was invalid.", "invalid-request")
    if len(message["text"]) > limit:
        raise problem(400, "Invalid Request", "Your Tweet text is too long.", "invalid-request")
    return message["text"]


def send_dm(user, to, body):
    text = text_of(body, 10_000)
    if user.get("access") != "read-write-directmessages":
        raise problem(403, "oauth1-permissions", "Your client app is not configured with the appropriate oauth1 app permissions for this endpoint.", "oauth1-permissions")
    headers = count("dm", user)
    reader = SETTINGS["users"].get(to)
    if reader is None or not reader.get("receives_your_dm", True):
        raise problem(403, "Forbidden", "You do not have permission to DM one or more participants.")
    ident = record("dm", user, text, to=to)
    low, high = sorted([user["id"], to], key=int)
    return 201, {"data": {"dm_conversation_id": f"{low}-{high}", "dm_event_id": ident}}, headers


def send_post(user, body):
    text = text_of(body, 280)
    if user.get("access", "read") == "read":
        raise problem(403, "oauth1-permissions", "Your client app is not configured with the appropriate oauth1 app permissions for this endpoint.", "oauth1-permissions")
    headers = count("post", user)
    with LOCK:
        if any(s["kind"] == "post" and s["from"] == user["id"] and s["text"] == text for s in already_sent()):
            raise problem(403, "Forbidden", "You are not allowed to create a Tweet with duplicate content.")
        ident = record("post", user, text)
    return 201, {"data": {"id": ident, "text": text, "edit_history_tweet_ids": [ident]}}, headers


def show(user, query, headers):
    fields = parse_qs(query).get("user.fields", [""])[0].split(",")
    asked = {name: user[name] for name in ("protected", "receives_your_dm") if name in fields and name in user}
    return 200, {"data": {"id": user["id"], "name": user["username"], "username": user["username"], **asked}}, headers


def by_name(me, name, query):
    headers = count("users", me)
    for user in SETTINGS["users"].values():
        if user["username"].lower() == name.lower():
            return show(user, query, headers)
    detail = f"Could not find user with username: [{name}]."
    error = {"value": name, "detail": detail, "title": "Not Found Error", "resource_type": "user", "parameter": "username"}
    return 200, {"errors": [{**error, "type": "https://api.twitter.com/2/problems/resource-not-found"}]}, headers


def signer(handler, body):
    unauthorized = problem(401, "Unauthorized", "Unauthorized")
    _, token = Signed(handler, body).verify(unauthorized)
    if token is None or "user" not in token:
        raise unauthorized
    return SETTINGS["users"][token["user"]]


def api(handler, path, query, body):
    user = x_standin_oauth2.bearer(handler) or signer(handler, body)
    parts = path.strip("/").split("/")
    if handler.command == "POST" and parts[:3] == ["2", "dm_conversations", "with"] and parts[4:] == ["messages"]:
        return send_dm(user, parts[3], body)
    if handler.command == "POST" and path == "/2/tweets":
        return send_post(user, body)
    if handler.command == "GET" and path == "/2/users/me":
        return show(user, query, count("users", user))
    if handler.command == "GET" and parts[:4] == ["2", "users", "by", "username"] and len(parts) == 5:
        return by_name(user, parts[4], query)
    raise Refusal(404, "")


# --- the PIN flow ---------------------------------------------------------------------------------


def xml(status, code, message):
    return Refusal(status, f'<?xml version="1.0" encoding="UTF-8"?><errors><error code="{code}">{message}</error></errors>')


def request_token(handler, body):
    signed = Signed(handler, body)
    app, _ = signed.verify(v1(401, 32, "Could not authenticate you."))
    if app.get("suspended"):
        raise xml(401, 416, "Invalid / suspended application")
    if signed.oauth.get("oauth_callback") != "oob":
        raise xml(401, 417, "Desktop applications only support the oauth_callback value 'oob'")
    if not app.get("callback", True):
        raise xml(403, 415, "Callback URL not approved for this client application. Approved callback URLs can be adjusted in your application settings")
    token, secret = secrets.token_urlsafe(20), secrets.token_urlsafe(30)
    REQUEST_TOKENS[token] = {"secret": secret, "app": signed.oauth["oauth_consumer_key"], "pin": None}
    return 200, urlencode({"oauth_token": token, "oauth_token_secret": secret, "oauth_callback_confirmed": "true"}), {}


def authorize(query):
    token = REQUEST_TOKENS.get(parse_qs(query).get("oauth_token", [""])[0])
    if token is None or token.get("stale"):
        return 200, "<html><title>X / Error</title><p>Whoa there! The request token for this page is invalid.</html>", {}
    return 200, "<html><title>X / Authorize an application</title></html>", {}


def access_token(handler, body):
    signed = Signed(handler, body)
    signed.verify(Refusal(401, "Invalid request token."))
    name = signed.oauth.get("oauth_token", "")
    with LOCK:
        asked = REQUEST_TOKENS.get(name)
        if asked is None or asked.get("stale"):
            raise Refusal(401, "Invalid request token.")
        if asked["pin"] is None or signed.oauth.get("oauth_verifier") != asked["pin"]:
            raise Refusal(401, "Error processing your OAuth request: Invalid oauth_verifier parameter")
        del REQUEST_TOKENS[name]
        user = SETTINGS["users"][asked["user"]]
        token, secret = f"{user['id']}-{secrets.token_urlsafe(20)}", secrets.token_urlsafe(30)
        SETTINGS["tokens"][token] = {"secret": secret, "user": user["id"]}
    form = {"oauth_token": token, "oauth_token_secret": secret, "user_id": user["id"], "screen_name": user["username"]}
    return 200, urlencode(form), {}


def act(request, path, query, body):
    """What X does: (status, body, headers), or a Refusal."""
    if path == "/oauth/request_token":
        return request_token(request, body)
    if path == "/oauth/authorize":
        return authorize(query)
    if path == "/oauth/access_token":
        return access_token(request, body)
    if path == "/2/oauth2/token":
        return x_standin_oauth2.token(request, body)
    return api(request, path, query, body)


# Last, because it needs what stands above.
import x_standin_oauth2  # noqa: E402
