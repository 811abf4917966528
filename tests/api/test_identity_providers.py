"""Signing in by an identity provider: what works, and what a forger tries."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from tests.api.serving import PASSWORD, Server, assert_problem, serve, settings_with
from tests.fake_clouds.identity_provider import (
    CLIENT,
    CLIENT_SECRET,
    Claims,
    LyingProvider,
    SigningPair,
    base64url,
    packed,
)

GROUPS = {"cloud-admins": "admin", "cloud-team": "operator", "everybody": "viewer"}


@pytest.fixture
def provider() -> Iterator[LyingProvider]:
    made = LyingProvider()
    yield made
    made.stop()


async def serving(url: str, folder: Path, provider: LyingProvider, **more: Any) -> AsyncIterator[Server]:
    settings = settings_with(
        url,
        folder,
        server={"public_url": "http://cloudviz.test"},
        oidc={"providers": {"corp": provider.settings(title="Example Corp", **more)}},
    )
    async for server in serve(settings):
        yield server


@pytest.fixture
async def server(database_url: str, tmp_path: Path, provider: LyingProvider) -> AsyncIterator[Server]:
    async for each in serving(database_url, tmp_path, provider, group_roles=GROUPS):
        yield each


@pytest.fixture
async def light(sqlite_url: str, tmp_path: Path, provider: LyingProvider) -> AsyncIterator[Server]:
    async for each in serving(sqlite_url, tmp_path, provider, group_roles=GROUPS):
        yield each


async def begin(server: Server) -> str:
    """Where the provider leads the browser back to."""
    begun = await server.client.get("/auth/oauth/corp/login")
    assert begun.status_code == 303, begun.text
    async with httpx.AsyncClient() as browser:
        back = await browser.get(begun.headers["location"])
    return back.headers["location"]


async def come_back(server: Server, **headers: str) -> httpx.Response:
    return await server.client.get(await begin(server), headers=headers)


async def signed_in(server: Server) -> dict[str, Any]:
    """Who /auth/me says signed in."""
    reply = await come_back(server)
    assert reply.status_code == 303, reply.text
    place = urlsplit(reply.headers["location"])
    assert (place.netloc, place.path, place.query) == ("cloudviz.test", "/", "")
    path, _, query = place.fragment.partition("?")
    assert path == "/sign-in"
    grant = await server.client.post("/auth/exchange", json={"code": parse_qs(query)["code"][0]})
    assert grant.status_code == 200, grant.text
    headers = {"Authorization": f"Bearer {grant.json()['access_token']}"}
    me: dict[str, Any] = (await server.client.get("/auth/me", headers=headers)).json()
    return me


async def reasons(server: Server) -> list[str]:
    entries = (await server.store.audit.page(action="identity.refused")).items
    return [str(entry.detail["reason"]) for entry in entries]


async def test_providers_are_listed(light: Server) -> None:
    reply = await light.client.get("/auth/providers")
    expected = {"id": "corp", "title": "Example Corp", "login_url": "/auth/oauth/corp/login"}
    assert reply.json() == {"items": [expected]}


async def test_the_request_to_the_provider_is_a_code_flow(light: Server, provider: LyingProvider) -> None:
    begun = await light.client.get("/auth/oauth/corp/login")
    place = urlsplit(begun.headers["location"])
    asked = {key: value[0] for key, value in parse_qs(place.query).items()}
    assert f"{place.scheme}://{place.netloc}{place.path}" == f"{provider.url}/authorize"
    assert asked.pop("redirect_uri") == "http://cloudviz.test/auth/oauth/corp/callback"
    assert asked.pop("scope") == "openid email profile"
    assert (asked.pop("response_type"), asked.pop("client_id")) == ("code", CLIENT)
    assert asked.pop("code_challenge_method") == "S256"
    assert asked.keys() == {"state", "nonce", "code_challenge"}
    assert all(len(value) == 43 for value in asked.values()) and len(set(asked.values())) == 3
    cookie = begun.headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=lax" in cookie and "Path=/auth/oauth" in cookie
    kept = cookie.partition("=")[2].partition(";")[0]
    assert not any(kept in value or value in kept for value in asked.values())
    again = parse_qs(urlsplit((await light.client.get("/auth/oauth/corp/login")).headers["location"]).query)
    assert not {again["state"][0], again["nonce"][0]} & set(asked.values())


async def test_somebody_new_is_added_with_their_groups_role(server: Server, provider: LyingProvider) -> None:
    provider.person |= {"email": "ada@example.org", "email_verified": True, "groups": ["cloud-team", "chess"]}
    me = await signed_in(server)
    assert (me["username"], me["email"], me["roles"]) == ("ada", "ada@example.org", ["operator"])
    entry = (await server.store.audit.page(action="identity.added")).items[0]
    assert (entry.target, entry.detail["subject"]) == ("ada", "ada-1")
    # No password opens the account.
    for guess in ("", "!", PASSWORD):
        reply = await server.client.post("/auth/login", json={"username": "ada", "password": guess})
        assert reply.status_code == 401


async def test_roles_follow_the_groups_at_each_sign_in(server: Server, provider: LyingProvider) -> None:
    for groups, roles in (
        (["cloud-admins"], ["admin"]),
        (["everybody", "cloud-team"], ["viewer", "operator"]),
        ("cloud-team", ["operator"]),
        ([], ["viewer"]),
        ({"cloud-admins": True}, ["viewer"]),
        ([["cloud-admins"], 7, None], ["viewer"]),
        (["Cloud-Admins"], ["viewer"]),
    ):
        provider.person["groups"] = groups
        assert (await signed_in(server))["roles"] == roles
    assert await server.store.people.count() == 1


async def test_groups_may_come_from_the_user_info(light: Server, provider: LyingProvider) -> None:
    provider.user_info = {"groups": ["cloud-team"], "email": "ada@example.org", "email_verified": True}
    me = await signed_in(light)
    assert (me["email"], me["roles"]) == ("ada@example.org", ["operator"])


async def test_who_lost_every_group_loses_what_they_had(
    sqlite_url: str, tmp_path: Path, provider: LyingProvider
) -> None:
    async for server in serving(sqlite_url, tmp_path, provider, group_roles=GROUPS, default_role=""):
        provider.person["groups"] = ["cloud-team"]
        ada = (await signed_in(server))["id"]
        person = await server.store.people.by_id(ada)
        assert person is not None
        key = (await server.app.state.house.door.keys.create(person, "k", by="ada")).key
        assert (await server.client.get("/resources", headers={"X-API-Key": key})).status_code == 200
        provider.person["groups"] = []
        assert_problem(await come_back(server), 403, "forbidden")
        assert_problem(await server.client.get("/resources", headers={"X-API-Key": key}), 403, "forbidden")
        provider.person["sub"] = "somebody-new"
        assert_problem(await come_back(server), 403, "forbidden")
        assert await server.store.people.count() == 1


async def test_without_a_mapping_an_administrator_decides(
    sqlite_url: str, tmp_path: Path, provider: LyingProvider
) -> None:
    async for server in serving(sqlite_url, tmp_path, provider):
        provider.person["groups"] = ["cloud-admins"]
        me = await signed_in(server)
        assert me["roles"] == ["viewer"]
        change = {"roles": ["operator"], "disabled": False}
        await server.ask("PUT", f"/admin/users/{me['id']}", role="admin", json=change)
        assert (await signed_in(server))["roles"] == ["operator"]


async def test_an_address_or_name_gives_nobody_s_account_away(server: Server, provider: LyingProvider) -> None:
    admin = await server.person("admin")
    provider.person |= {
        "preferred_username": admin.username,
        "email": admin.email,
        "email_verified": True,
        "name": admin.username,
    }
    me = await signed_in(server)
    assert me["id"] != admin.id and me["roles"] == ["viewer"]
    assert me["username"].startswith("admin-") and me["email"].endswith("@corp.invalid")
    assert (await server.person("admin")) == admin
    # An address that nobody confirmed is not taken either: its owner may come later.
    provider.person |= {"sub": "eve-1", "preferred_username": "eve", "email": "bo@example.org"}
    provider.person["email_verified"] = False
    assert (await signed_in(server))["email"].endswith("@corp.invalid")


async def test_the_same_subject_stays_the_same_person(server: Server, provider: LyingProvider) -> None:
    first = await signed_in(server)
    provider.person |= {"preferred_username": "ada.lovelace", "email": "new@example.org", "email_verified": True}
    assert (await signed_in(server))["id"] == first["id"]
    provider.person["sub"] = "ada-2"
    assert (await signed_in(server))["id"] != first["id"]


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", "\u202egpj.exe", "x" * 1000, "", "  ", "a b\nc", "日本語", "👤"]
)
async def test_hostile_names_become_harmless_ones(light: Server, provider: LyingProvider, name: str) -> None:
    provider.person |= {"preferred_username": name, "email": f"{name}@example.org", "email_verified": True}
    username = (await signed_in(light))["username"]
    assert 1 <= len(username) <= 50 and not set(username) & set("<>\u202e \n\"'()/")


@pytest.mark.parametrize(
    ("name", "becomes"),
    [
        ("\u0430dmin", "ada"),  # a Cyrillic a: two alphabets in one name, so the address gives the name
        ("\uff41\uff44\uff4d\uff49\uff4e\uff12", "admin2"),  # full width: the letters that are meant
        ("ADMIN", "ADMIN-"),  # somebody is called so but for capitals
        ("\u0438\u0432\u0430\u043d", "\u0438\u0432\u0430\u043d"),
    ],
)
async def test_names_that_look_like_others_are_given_to_nobody(
    light: Server, provider: LyingProvider, name: str, becomes: str
) -> None:
    await light.person("admin")
    provider.person |= {"preferred_username": name, "email": "ada@example.org", "email_verified": True}
    username = (await signed_in(light))["username"]
    assert username.startswith(becomes)
    assert username.lower() != "admin"


async def test_the_disabled_stay_outside(server: Server, provider: LyingProvider) -> None:
    me = await signed_in(server)
    await server.ask("PUT", f"/admin/users/{me['id']}", role="admin", json={"roles": ["viewer"], "disabled": True})
    assert_problem(await come_back(server), 401, "unauthenticated")
    assert await reasons(server) == [f"{me['username']} is disabled"]


async def test_a_new_key_of_the_provider_is_found(light: Server, provider: LyingProvider) -> None:
    identity = light.app.state.house.door.elsewhere.providers["corp"]
    clock = [1000.0]
    identity._monotonic = lambda: clock[0]
    await signed_in(light)
    provider.key = SigningPair("key-2")
    provider.published = [provider.key.jwk(), {"kty": "strange"}, {"kty": "EC", "crv": "P-256", "kid": "key-2"}]
    looked = provider.asked.count("/keys")
    assert_problem(await come_back(light), 401, "unauthenticated")  # it was looked at a moment ago
    assert provider.asked.count("/keys") == looked
    clock[0] += 31
    await signed_in(light)
    await signed_in(light)
    assert provider.asked.count("/keys") == looked + 1
    assert provider.asked.count("/.well-known/openid-configuration") == 1


# --- what a forger tries with the way there and back


async def refused(server: Server, reply: httpx.Response, reason: str) -> None:
    document = assert_problem(reply, 401, "unauthenticated")
    assert document["detail"] == "the sign-in by the identity provider did not succeed"
    assert reason in (await reasons(server))[0]
    assert await server.store.people.count() == 0


async def test_a_wrong_state_is_refused(light: Server, provider: LyingProvider) -> None:
    for state in ("", "x", "A" * 43, "é", "A" * 9000):
        provider.answer = lambda query, state=state: query | {"state": state}  # type: ignore[misc]
        await refused(light, await come_back(light), "state")
    assert "/token" not in provider.asked


async def test_a_state_of_another_browser_is_refused(light: Server, provider: LyingProvider) -> None:
    place = await begin(light)
    light.client.cookies.clear()
    await refused(light, await light.client.get(place), "state")
    await begin(light)  # now there is a cookie, of another sign-in
    await refused(light, await light.client.get(place), "state")
    assert "/token" not in provider.asked


async def test_an_answer_counts_once(light: Server, provider: LyingProvider) -> None:
    begun = await light.client.get("/auth/oauth/corp/login")
    cookie = begun.headers["set-cookie"].partition(";")[0]
    async with httpx.AsyncClient() as browser:
        place = (await browser.get(begun.headers["location"])).headers["location"]
    assert (await light.client.get(place)).status_code == 303
    light.client.cookies.clear()
    again = await light.client.get(place, headers={"Cookie": cookie})
    assert_problem(again, 401, "unauthenticated")
    assert await reasons(light) == ["the sign-in was finished before, or took too long"]
    assert provider.asked.count("/token") == 1


async def test_a_replayed_code_is_refused(light: Server, provider: LyingProvider) -> None:
    stolen = parse_qs(urlsplit(await begin(light)).query)["code"][0]
    provider.answer = lambda query: query | {"code": stolen}
    # The code is of the first sign-in: its PKCE challenge is not that of this browser's second one.
    await refused(light, await come_back(light), "invalid_grant")
    await refused(light, await come_back(light), "invalid_grant")


async def test_a_code_given_twice_is_none(light: Server) -> None:
    await refused(light, await light.client.get(await begin(light) + "&code=other"), "no code")


@pytest.mark.parametrize("issuer", ["https://evil.example", "", "HTTP://127.0.0.1"])
async def test_an_answer_of_another_issuer_is_refused(light: Server, provider: LyingProvider, issuer: str) -> None:
    provider.answer = lambda query: query | {"iss": issuer}
    await refused(light, await come_back(light), "another issuer")
    assert "/token" not in provider.asked


async def test_a_missing_issuer_is_refused_where_one_is_announced(light: Server, provider: LyingProvider) -> None:
    provider.answer = lambda query: {key: value for key, value in query.items() if key != "iss"}
    await refused(light, await come_back(light), "which issuer")


async def test_an_error_of_the_provider_is_told_to_the_audit_only(light: Server, provider: LyingProvider) -> None:
    provider.answer = lambda query: {
        "error": "access_denied<script>",
        "state": query["state"],
        "iss": query["iss"],
    }
    await refused(light, await come_back(light), "access_denied")


async def test_a_browser_is_led_to_the_sign_in_page(light: Server, provider: LyingProvider) -> None:
    provider.answer = lambda query: query | {"state": "wrong"}
    reply = await come_back(light, accept="text/html,application/xhtml+xml")
    assert reply.headers["location"] == "http://cloudviz.test/#/sign-in?refused=unauthenticated"


# --- what a forger tries with the ID token

Lie = Callable[[LyingProvider, dict[str, Any], Claims], str]


def changed(**claims: Any) -> Lie:
    return lambda provider, header, known: provider.key.sign(header, known | claims)


def lacking(name: str) -> Lie:
    return lambda provider, header, known: provider.key.sign(
        header, {key: value for key, value in known.items() if key != name}
    )


def headed(**members: Any) -> Lie:
    return lambda provider, header, known: provider.key.sign(header | members, known)


def unsigned(word: str) -> Lie:
    return lambda provider, header, known: f"{packed(header | {'alg': word})}.{packed(known)}."


def by_secret(secret_of: Callable[[LyingProvider], bytes], **members: Any) -> Lie:
    def make(provider: LyingProvider, header: dict[str, Any], known: Claims) -> str:
        text = f"{packed(header | {'alg': 'HS256'} | members)}.{packed(known)}"
        return f"{text}.{base64url(hmac.digest(secret_of(provider), text.encode(), hashlib.sha256))}"

    return make


def by_own_key(provider: LyingProvider, header: dict[str, Any], known: Claims) -> str:
    return SigningPair(provider.key.kid).sign(header, known)


def bringing_its_key(provider: LyingProvider, header: dict[str, Any], known: Claims) -> str:
    own = SigningPair("own")
    return own.sign(header | {"kid": "own", "jwk": own.jwk(), "jku": "https://evil.example/keys"}, known)


def pem(provider: LyingProvider) -> bytes:
    return provider.key.private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


LIES: dict[str, Lie] = {
    "wrong nonce": changed(nonce="another"),
    "nonce is a list": changed(nonce=["another"]),
    "no nonce": lacking("nonce"),
    "wrong issuer": changed(iss="https://evil.example"),
    "issuer with a slash": lambda p, h, c: p.key.sign(h, c | {"iss": c["iss"] + "/"}),
    "no issuer": lacking("iss"),
    "wrong audience": changed(aud="another-client"),
    "no audience": lacking("aud"),
    "empty audience": changed(aud=[]),
    "another client's token": changed(aud="another-client", azp="another-client"),
    "another client's token that names us too": changed(aud=[CLIENT, "another-client"], azp="another-client"),
    "several clients, issued to nobody": changed(aud=[CLIENT, "another-client"]),
    "ours, issued to another": changed(azp="another-client"),
    "expired": lambda p, h, c: p.key.sign(h, c | {"exp": int(time.time()) - 3600}),
    "no expiry": lacking("exp"),
    "expiry is a text": changed(exp="never"),
    "issued in the future": lambda p, h, c: p.key.sign(h, c | {"iat": int(time.time()) + 3600}),
    "no issue time": lacking("iat"),
    "no subject": lacking("sub"),
    "empty subject": changed(sub=""),
    "subject is a number": changed(sub=7),
    "over-long subject": changed(sub="x" * 256),
    "unsigned": unsigned("none"),
    "unsigned, other spelling": unsigned("NoNe"),
    "RS256 without signature": unsigned("RS256"),
    "HS256 with the public key as PEM": by_secret(pem),
    "HS256 with the public key as JWK": by_secret(lambda p: json.dumps(p.key.jwk()).encode()),
    "HS256 with the client secret": by_secret(lambda p: CLIENT_SECRET.encode()),
    "HS256 with the empty secret": by_secret(lambda p: b"", kid=""),
    "another algorithm of the same key": headed(alg="RS512"),
    "PS256 in name only": headed(alg="PS256"),
    "another key of that name": by_own_key,
    "brings its own key": bringing_its_key,
    "unknown key id": headed(kid="key-9"),
    "key id is an object": headed(kid={"a": 1}),
    "access token": headed(typ="at+jwt"),
    "logout token": headed(typ="logout+jwt"),
    "unknown critical header": headed(crit=["x"], x=1),
    "no token": lambda p, h, c: "no token",
    "empty": lambda p, h, c: "",
    "dots": lambda p, h, c: "..",
    "not ASCII": lambda p, h, c: "é.é.é",
    "five parts": lambda p, h, c: "a.b.c.d.e",
    "claims are a list": lambda p, h, c: p.key.sign(h, []),  # type: ignore[arg-type]
    "header nests deeply": lambda p, h, c: f"{base64url(b'[' * 20_000)}.e30.AA",
    "over-long": changed(padding="x" * 70_000),
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES.keys())
async def test_a_forged_id_token_is_refused(light: Server, provider: LyingProvider, lie: Lie) -> None:
    provider.make = lambda header, claims: lie(provider, header, claims)
    await refused(light, await come_back(light), "")


async def test_tokens_that_are_right_in_other_ways_are_taken(light: Server, provider: LyingProvider) -> None:
    """So that the list above is not refused for being touched at all."""
    for change in (changed(), changed(aud=[CLIENT]), changed(aud=[CLIENT, "x"], azp=CLIENT), headed(x5t="abc")):
        provider.make = lambda header, claims, change=change: change(provider, header, claims)  # type: ignore[misc]
        await signed_in(light)
    provider.make = lambda header, claims: provider.key.sign({"alg": "RS256"}, claims)
    await signed_in(light)


async def test_user_info_of_somebody_else_is_refused(light: Server, provider: LyingProvider) -> None:
    provider.user_info = {"sub": "admin-1", "groups": ["cloud-admins"]}
    await refused(light, await come_back(light), "somebody else")


@pytest.mark.parametrize("reply", [(400, {"error": "invalid_grant"}), (500, {}), (302, {}), (200, {}), (200, [])])
async def test_a_token_endpoint_that_refuses(light: Server, provider: LyingProvider, reply: Any) -> None:
    provider.token_reply = reply
    await refused(light, await come_back(light), "")


# --- what a provider or a request may not decide


@pytest.mark.parametrize(
    "change",
    [
        {"issuer": "https://evil.example"},
        {"issuer": None},
        {"authorization_endpoint": "http://169.254.169.254/latest"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"authorization_endpoint": "file:///etc/passwd"},
        {"authorization_endpoint": None},
        {"authorization_endpoint": ["https://x.example"]},
    ],
)
async def test_a_discovery_document_that_leads_astray(
    light: Server, provider: LyingProvider, change: dict[str, Any]
) -> None:
    provider.discovery = change
    assert_problem(await light.client.get("/auth/oauth/corp/login"), 503, "unavailable")


@pytest.mark.parametrize("name", ["token_endpoint", "jwks_uri"])
async def test_a_document_that_points_at_a_metadata_server(
    light: Server, provider: LyingProvider, name: str
) -> None:
    provider.discovery = {name: "http://169.254.169.254/latest/meta-data"}
    assert_problem(await come_back(light), 503, "unavailable")


async def test_a_provider_that_is_away(light: Server, provider: LyingProvider) -> None:
    provider.stop()
    assert_problem(await light.client.get("/auth/oauth/corp/login"), 503, "unavailable")


async def test_an_unknown_provider(light: Server) -> None:
    for path in ("/auth/oauth/https:%2F%2Fevil.example/login", "/auth/oauth/other/callback?code=1&state=2"):
        assert_problem(await light.client.get(path), 404, "not_found")


async def test_a_host_header_does_not_decide_where_a_code_goes(
    sqlite_url: str, tmp_path: Path, provider: LyingProvider
) -> None:
    settings = settings_with(sqlite_url, tmp_path, oidc={"providers": {"corp": provider.settings()}})
    async for server in serve(settings):
        reply = await server.client.get("/auth/oauth/corp/login", headers={"Host": "evil.example"})
        assert_problem(reply, 503, "unavailable")
        local = await server.client.get("/auth/oauth/corp/login", headers={"Host": "127.0.0.1:8000"})
        redirect = parse_qs(urlsplit(local.headers["location"]).query)["redirect_uri"]
        assert redirect == ["http://127.0.0.1:8000/auth/oauth/corp/callback"]


async def test_neither_database_nor_audit_holds_a_secret(light: Server, provider: LyingProvider) -> None:
    place = await begin(light)
    secret = next(iter(light.client.cookies.jar)).value or ""
    state = parse_qs(urlsplit(place).query)["state"][0]
    path = Path(light.settings.database().removeprefix("sqlite:///"))
    reply = await light.client.get(place)
    code = reply.headers["location"].partition("code=")[2]
    stored = b"".join(each.read_bytes() for each in path.parent.glob(f"{path.name}*"))
    for each in (secret, state, code.partition(".")[2], CLIENT_SECRET):
        assert len(each) > 20 and each.encode() not in stored
