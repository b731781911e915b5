"""Only a whole, fresh, well-signed access token proves who somebody is."""

import json
import os
from collections.abc import Callable

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519

from shared import clock
from shared.http import keys
from shared.http.auth import Authenticator, AuthSettings, Principal, Role, TokenInvalid, TokenMissing
from shared.http.keys import KeySet, KeysUnusable
from tests.unit.http.makers import AUDIENCE, ISSUER, Issuer, a_jwk, some_claims, unsigned

HEADER = {"typ": "at+jwt", "kid": "ed", "alg": "EdDSA"}


def an_hmac_token(issuer: Issuer) -> str:
    """Sign with the public key as if it were a shared secret: the classical confusion of algorithms."""
    public = issuer.keys["ed"].public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return jwt.encode(some_claims(), public, algorithm="HS256", headers={"typ": "at+jwt", "kid": "ed"})


def a_forged_token(issuer: Issuer) -> str:
    stranger = ed25519.Ed25519PrivateKey.generate()
    return jwt.encode(some_claims(), stranger, algorithm="EdDSA", headers={"typ": "at+jwt", "kid": "ed"})


def a_tampered_token(issuer: Issuer) -> str:
    head, _, signature = issuer.token().split(".")
    _, claims, _ = issuer.token(role="operator").split(".")
    return f"{head}.{claims}.{signature}"


def now() -> int:
    return int(clock.now().timestamp())


BAD: dict[str, tuple[Callable[[Issuer], str], str]] = {
    "no algorithm": (lambda _: unsigned({**HEADER, "alg": "none"}, some_claims()), "wrong algorithm"),
    "shared secret": (an_hmac_token, "wrong algorithm"),
    "another algorithm than the key's": (lambda _: unsigned({**HEADER, "alg": "ES256"}, {}, b"x"), "wrong algorithm"),
    "forged": (a_forged_token, "wrong signature"),
    "tampered": (a_tampered_token, "wrong signature"),
    "an id token": (lambda issuer: issuer.token(headers={"typ": "JWT"}), "not an access token"),
    "no type": (lambda issuer: issuer.token(headers={"typ": None}), "not an access token"),
    "unknown key": (lambda issuer: issuer.token(headers={"kid": "other"}), "unknown key"),
    "no key id": (lambda issuer: unsigned({"typ": "at+jwt", "alg": "EdDSA"}, some_claims(), b"x"), "unknown key"),
    "a key id that is no text": (lambda _: unsigned({**HEADER, "kid": 7}, some_claims(), b"x"), "not a token"),
    "critical extension": (lambda issuer: issuer.token(headers={"crit": ["b64"], "b64": False}), "not a token"),
    "expired": (lambda issuer: issuer.token(exp=now() - 1), "expired"),
    "from the future": (lambda issuer: issuer.token(iat=now() + 600), "not valid yet"),
    "not before": (lambda issuer: issuer.token(nbf=now() + 600), "not valid yet"),
    "wrong audience": (lambda issuer: issuer.token(aud="elsewhere"), "wrong audience"),
    "wrong issuer": (lambda issuer: issuer.token(iss="urn:somebody"), "wrong issuer"),
    "no subject": (lambda issuer: issuer.token(sub=None), "a required claim is missing"),
    "no expiry": (lambda issuer: issuer.token(exp=None), "a required claim is missing"),
    "no issue time": (lambda issuer: issuer.token(iat=None), "a required claim is missing"),
    "no issuer": (lambda issuer: issuer.token(iss=None), "a required claim is missing"),
    "no audience": (lambda issuer: issuer.token(aud=None), "a required claim is missing"),
    "empty subject": (lambda issuer: issuer.token(sub=""), "claim sub is wrong or missing"),
    "subject with a line break": (lambda issuer: issuer.token(sub="a\nb"), "claim sub is wrong or missing"),
    "no role": (lambda issuer: issuer.token(role=None), "claim role is wrong or missing"),
    "unknown role": (lambda issuer: issuer.token(role="admiral"), "claim role is wrong or missing"),
    "no nation": (lambda issuer: issuer.token(nation=None), "claim nation is wrong or missing"),
    "a nation that is none": (lambda issuer: issuer.token(nation="India"), "claim nation is wrong or missing"),
    "sites that are no list": (lambda issuer: issuer.token(sites="D-01"), "claim sites is wrong or missing"),
    "a site that is none": (lambda issuer: issuer.token(sites=["%"]), "claim sites is wrong or missing"),
    "garbage": (lambda _: "garbage", "not a token"),
    "garbage in three parts": (lambda _: "a.b.c", "not a token"),
    "no text": (lambda _: "\xff\xfe", "not a token"),
    "a novel": (lambda _: "x" * 9000, "too long"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_token_that_proves_nothing_is_refused_with_its_reason(issuer: Issuer, name: str) -> None:
    make, reason = BAD[name]
    token = make(issuer)

    with pytest.raises(TokenInvalid) as refused:
        issuer.authenticator().principal(f"Bearer {token}")

    assert refused.value.facts == {"reason": reason}
    assert token not in str(refused.value)


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", "Basic dXNlcjpwdw==", "token"])
def test_a_request_without_a_bearer_token_is_asked_for_one(issuer: Issuer, header: str | None) -> None:
    with pytest.raises(TokenMissing):
        issuer.authenticator().principal(header)


@pytest.mark.parametrize("key_id", ["ed", "p256"])
def test_a_good_token_proves_its_principal(issuer: Issuer, key_id: str) -> None:
    exp = now() + 60

    principal = issuer.authenticator().principal(f"bearer {issuer.token(key_id=key_id, exp=exp)}")

    expected = Principal(
        "depot-1", Role.DEPOT, frozenset({"D-01"}), "IND", frozenset({"stock:read", "orders:write"}), exp
    )
    assert principal == expected


def test_a_token_type_may_be_written_as_a_media_type(issuer: Issuer) -> None:
    token = issuer.token(headers={"typ": "application/AT+JWT"})

    assert issuer.authenticator().principal(f"Bearer {token}").subject == "depot-1"


def test_a_remembered_token_still_expires(issuer: Issuer, monkeypatch: pytest.MonkeyPatch) -> None:
    authenticator = issuer.authenticator()
    header = f"Bearer {issuer.token()}"
    authenticator.principal(header)
    later = clock.now().replace(year=clock.now().year + 1)
    monkeypatch.setattr(clock, "now", lambda: later)

    with pytest.raises(TokenInvalid, match="expired"):
        authenticator.principal(header)


def test_no_more_tokens_are_remembered_than_the_bound(issuer: Issuer) -> None:
    authenticator = Authenticator(issuer.settings(remembered_tokens_max=2))

    for number in range(5):
        authenticator.principal(f"Bearer {issuer.token(sub=f'depot-{number}')}")

    assert len(authenticator._remembered) == 2


def test_a_withdrawn_key_ends_its_remembered_tokens(issuer: Issuer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "_LOOK_EVERY_SECONDS", 0.0)
    authenticator = issuer.authenticator()
    header = f"Bearer {issuer.token(key_id='ed')}"
    authenticator.principal(header)
    issuer.publish("p256")
    os.utime(issuer.path, ns=(1, 1))

    with pytest.raises(TokenInvalid, match="unknown key"):
        authenticator.principal(header)


def test_an_unreadable_file_leaves_the_known_keys_in_force(issuer: Issuer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "_LOOK_EVERY_SECONDS", 0.0)
    authenticator = issuer.authenticator()
    issuer.path.write_text("{half a file")
    os.utime(issuer.path, ns=(1, 1))

    assert authenticator.principal(f"Bearer {issuer.token()}").subject == "depot-1"


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{}",
        '{"keys": []}',
        '{"keys": [1]}',
        '{"keys": [{"kty": "oct", "k": "c2VjcmV0", "kid": "a"}]}',
        '{"keys": [{"kty": "RSA", "n": "AQ", "e": "AQAB", "kid": "a"}]}',
        "x" * 70_000,
    ],
)
def test_a_service_does_not_start_on_keys_it_cannot_use(issuer: Issuer, content: str) -> None:
    issuer.path.write_text(content)

    with pytest.raises(KeysUnusable):
        KeySet(issuer.path)


def test_a_service_does_not_start_on_a_private_key(issuer: Issuer) -> None:
    key = issuer.keys["ed"]
    assert isinstance(key, ed25519.Ed25519PrivateKey)
    private = {**json.loads(jwt.algorithms.OKPAlgorithm.to_jwk(key)), "kid": "ed"}
    issuer.path.write_text(json.dumps({"keys": [private]}))

    with pytest.raises(KeysUnusable, match="public"):
        KeySet(issuer.path)


def test_a_service_does_not_start_on_a_key_without_a_name(issuer: Issuer) -> None:
    key = {name: value for name, value in a_jwk("ed", issuer.keys["ed"]).items() if name != "kid"}
    issuer.path.write_text(json.dumps({"keys": [key]}))

    with pytest.raises(KeysUnusable, match="kid"):
        KeySet(issuer.path)


def test_settings_come_from_the_environment(issuer: Issuer, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("ISSUER", ISSUER), ("AUDIENCE", AUDIENCE), ("KEYS", str(issuer.path))):
        monkeypatch.setenv(f"JVTRACK_AUTH_{name}", value)

    assert Authenticator(AuthSettings()).principal(f"Bearer {issuer.token()}").role is Role.DEPOT
