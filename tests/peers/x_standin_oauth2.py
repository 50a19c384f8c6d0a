"""OAuth 2.0 as the stand-in for X does it: PKCE, codes that live seconds, refresh tokens that work once.

X's documents: "OAuth 2.0 Authorization Code Flow with PKCE" and "User Access Token" under
https://docs.x.com/fundamentals/authentication/oauth-2-0; RFC 6749, 6750, 7636, 7009.
"""
import base64
import hashlib
import secrets
from urllib.parse import parse_qs, parse_qsl, unquote_plus, urlencode, urlsplit

from x_standin_api import LOCK, SETTINGS, Refusal, now, problem

CODES = {}  # code -> client, redirect, challenge, scopes, user, until
ACCESS = {}  # access token -> user, scopes, client, until, grant
REFRESH = {}  # refresh token -> user, scopes, client, grant, spent
REVOKED = set()  # grants


def refusal(status, error, words):
    return Refusal(status, {"error": error, "error_description": words})


INVALID = ("invalid_request", "Value passed for the token was invalid.")


def approve(url, user):
    """What the person does in the browser: gives the address to which X sends it."""
    asked = dict(parse_qsl(urlsplit(url).query))
    client = SETTINGS["clients"].get(asked.get("client_id"))
    whole = {"response_type": "code", "code_challenge_method": "S256"}
    if client is None or any(asked.get(name) != value for name, value in whole.items()):
        return {"error": "Something went wrong"}
    if asked.get("redirect_uri") not in client["redirects"] or not 0 < len(asked.get("state", "")) <= 500:
        return {"error": "Something went wrong"}
    code = secrets.token_urlsafe(40)
    CODES[code] = {
        "client": asked["client_id"],
        "redirect": asked["redirect_uri"],
        "challenge": asked.get("code_challenge", ""),
        "scopes": [scope for scope in asked["scope"].split() if scope not in client.get("withheld", [])],
        "user": user,
        "until": now() + SETTINGS.get("codeLife", 30),
    }
    return {"location": f"{asked['redirect_uri']}?{urlencode({'state': asked['state'], 'code': code})}"}


def grant(user, scopes, client, life=None, ident=None):
    """A new pair; the older access tokens of the grant end."""
    ident = ident or secrets.token_hex(8)
    for token in ACCESS.values():
        if token["grant"] == ident:
            token["until"] = 0
    life = SETTINGS.get("tokenLife", 7200) if life is None else life
    common = {"user": user, "scopes": scopes, "client": client, "grant": ident}
    access, refresh = secrets.token_urlsafe(60), secrets.token_urlsafe(60)
    ACCESS[access] = {**common, "until": now() + life}
    body = {"token_type": "bearer", "expires_in": life, "access_token": access, "scope": " ".join(scopes)}
    if "offline.access" in scopes:
        REFRESH[refresh] = {**common, "spent": False}
        body["refresh_token"] = refresh
    return body


def client_of(handler, form):
    """Who asks: by Basic where the client has a secret, by client_id where it has none."""
    header = handler.headers.get("Authorization", "")
    if header.startswith("Basic "):
        ident, _, secret = base64.b64decode(header[6:]).decode().partition(":")
        ident, secret = unquote_plus(ident), unquote_plus(secret)
        client = SETTINGS["clients"].get(ident)
        if client is None or client.get("secret") is None or client["secret"] != secret:
            raise refusal(401, "unauthorized_client", "Missing valid authorization header")
        return ident
    ident = form.get("client_id", "")
    client = SETTINGS["clients"].get(ident)
    if client is None or client.get("secret") is not None:
        raise refusal(401, "unauthorized_client", "Missing valid authorization header")
    return ident


def token(handler, body):
    if handler.command != "POST" or handler.headers.get("Content-Type") != "application/x-www-form-urlencoded":
        raise refusal(400, "invalid_request", "Missing required parameter [grant_type].")
    form = {name: values[-1] for name, values in parse_qs(body.decode(), keep_blank_values=True).items()}
    client = client_of(handler, form)
    with LOCK:
        if form.get("grant_type") == "authorization_code":
            return 200, redeem(form, client), {}
        if form.get("grant_type") == "refresh_token":
            return 200, rotate(form.get("refresh_token", ""), client), {}
    raise refusal(400, "unsupported_grant_type", "Unsupported grant_type.")


def redeem(form, client):
    code = CODES.pop(form.get("code"), None)
    digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
    challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
    if code is None or code["client"] != client or code["until"] < now():
        raise refusal(400, "invalid_request", "Value passed for the authorization code was invalid.")
    if code["redirect"] != form.get("redirect_uri") or code["challenge"] != challenge:
        raise refusal(400, "invalid_request", "Value passed for the authorization code was invalid.")
    return grant(code["user"], code["scopes"], client)


def rotate(name, client):
    known = REFRESH.get(name)
    if known is None or known["client"] != client or known["grant"] in REVOKED:
        raise refusal(400, *INVALID)
    if known["spent"]:
        # Used twice: somebody has a copy, so that nobody keeps the grant.
        REVOKED.add(known["grant"])
        raise refusal(400, *INVALID)
    known["spent"] = True
    return grant(known["user"], known["scopes"], client, ident=known["grant"])


def bearer(handler):
    """The user of a bearer token, or None where there is none."""
    header = handler.headers.get("Authorization", "")
    if not header.startswith("Bearer "):
        return None
    with LOCK:
        known = ACCESS.get(header[7:])
        if known is None or known["until"] <= now() or known["grant"] in REVOKED:
            raise problem(401, "Unauthorized", "Unauthorized")
    # Of what an app may do X tells in another way here: by the scopes.
    writes = {"dm.write": "read-write-directmessages", "tweet.write": "read-write"}
    access = next((level for scope, level in writes.items() if scope in known["scopes"]), "read")
    return {**SETTINGS["users"][known["user"]], "access": access}


def door(path, asked):
    """What tests do behind X's back, or None."""
    with LOCK:
        if path == "/oauth2/approve":
            return approve(asked["url"], asked["user"])
        if path == "/oauth2/grant":
            return grant(asked["user"], asked["scopes"], asked["client"], asked.get("life"))
        if path == "/oauth2/revoke":
            REVOKED.update(each["grant"] for each in ACCESS.values())
            return {}
        if path == "/oauth2/end":
            for each in ACCESS.values():
                each["until"] = 0
            return {}
    return None
