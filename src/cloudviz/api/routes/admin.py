"""``/admin``: people, roles and the audit."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from pydantic import AwareDatetime
from starlette.responses import Response

from cloudviz.access import Event
from cloudviz.access.anchors import FILE_NAME, verified
from cloudviz.access.identities import identity_key
from cloudviz.access.roles import IN_WORDS, Role
from cloudviz.api import needs
from cloudviz.api.description import refuses
from cloudviz.api.once import IdempotencyKey, once
from cloudviz.api.paging import Cursor, Limit, page_reply
from cloudviz.api.schemas.auth import (
    AuditPage,
    IdentitiesReply,
    IdentityModel,
    IdentityRequest,
    PasswordRequest,
    RoleModel,
    RolesReply,
    UserChange,
    UserModel,
    UserPage,
    UserRequest,
)
from cloudviz.api.schemas.credentials import ChainFault, ChainReply
from cloudviz.store import AuditRecord, IdentityRecord, Person

router = APIRouter(tags=["admin"])

PersonId = Annotated[int, Path(ge=1, le=2**31 - 1, description="The id of a person.")]


@router.get("/roles", summary="The roles and what they allow")
async def roles(_: needs.Admin) -> RolesReply:
    """There are three, each of which includes those before it."""
    return RolesReply(
        items=[RoleModel(name=role.value, title=role.value.title(), allows=IN_WORDS[role]) for role in Role]
    )


@router.get("/users", summary="People who may sign in", response_model=UserPage)
async def users(
    request: Request, _: needs.Admin, store: needs.Store, limit: Limit = 50, cursor: Cursor = None
) -> Response:
    """In the order in which they were added."""
    return page_reply(request, await store.people.page(limit=limit, cursor=cursor), _person)


@router.post("/users", summary="Add a person", status_code=201, response_model=UserModel, responses=refuses(409))
async def add_user(
    request: Request,
    body: UserRequest,
    caller: needs.Admin,
    house: needs.House,
    address: needs.Address,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Names and e-mail addresses are unique."""

    async def carry_out() -> tuple[int, Any, dict[str, str]]:
        person = await house.door.admissions.add(
            body.username,
            body.email,
            body.password.get_secret_value(),
            body.roles,
            by=caller.username,
            address=address,
        )
        return 201, _person(person), {}

    # The password stays out of what is hashed and kept: a hash of it could be guessed.
    asked = body.model_dump(exclude={"password"})
    return await once(request, house.store, caller, idempotency_key, asked, carry_out)


@router.get("/users/{user_id}", summary="A person", responses=refuses(404))
async def user(user_id: PersonId, _: needs.Admin, house: needs.House) -> UserModel:
    """Their roles, and whether they are shut out."""
    return UserModel(**_person(await house.door.admissions.numbered(user_id)))


@router.put("/users/{user_id}", summary="Change what a person may", responses=refuses(404, 409))
async def change_user(
    user_id: PersonId, body: UserChange, caller: needs.Admin, house: needs.House, address: needs.Address
) -> UserModel:
    """It holds within a second, in every process. The last administrator stays one (409)."""
    admissions = house.door.admissions
    person = await admissions.numbered(user_id)
    person = await admissions.set_roles(person, body.roles, by=caller.username, address=address)
    person = await admissions.set_disabled(person, body.disabled, by=caller.username, address=address)
    return UserModel(**_person(person))


@router.put("/users/{user_id}/password", summary="Set a password", status_code=204, responses=refuses(404))
async def set_password(
    user_id: PersonId, body: PasswordRequest, caller: needs.Admin, house: needs.House, address: needs.Address
) -> Response:
    """Their sessions end; their API keys stay."""
    person = await house.door.admissions.numbered(user_id)
    password = body.password.get_secret_value()
    await house.door.admissions.set_password(person, password, by=caller.username, address=address)
    return Response(status_code=204)


@router.delete(
    "/users/{user_id}/sessions", summary="Close all sessions of a person", status_code=204, responses=refuses(404)
)
async def end_sessions(
    user_id: PersonId, caller: needs.Admin, house: needs.House, address: needs.Address
) -> Response:
    """None of their tokens is worth anything within a second; their API keys stay."""
    person = await house.door.admissions.numbered(user_id)
    await house.door.sign_in.end_sessions(person, by=caller.username, address=address)
    return Response(status_code=204)


@router.get("/users/{user_id}/identities", summary="By which identities a person signs in", responses=refuses(404))
async def identities(user_id: PersonId, _: needs.Admin, house: needs.House) -> IdentitiesReply:
    """What identity providers call them."""
    person = await house.door.admissions.numbered(user_id)
    return IdentitiesReply(items=[_identity(each) for each in await house.door.identities.of(person)])


@router.post(
    "/users/{user_id}/identities",
    summary="Join an account to an identity",
    status_code=201,
    responses=refuses(404, 409),
)
async def link_identity(
    user_id: PersonId, body: IdentityRequest, caller: needs.Admin, house: needs.House, address: needs.Address
) -> IdentityModel:
    """From now on whom the provider vouches for under this subject signs in to this account.

    It needs a sign-in of the last ten minutes (403), and no API key. An identity that is somebody's already is
    not taken from them (409). Where the settings map groups to roles, the account's roles follow them from the
    next sign-in by the provider on.
    """
    await house.door.identities.check_fresh(caller, address)
    person = await house.door.admissions.numbered(user_id)
    made = await house.door.identities.link(
        person, body.provider, body.subject, body.tenant, by=caller.username, address=address
    )
    return _identity(made)


@router.delete(
    "/users/{user_id}/identities/{identity_id}",
    summary="Part an account from an identity",
    status_code=204,
    responses=refuses(404),
)
async def unlink_identity(
    user_id: PersonId,
    identity_id: Annotated[str, Path(max_length=64, description="The id of an identity of theirs.")],
    caller: needs.Admin,
    house: needs.House,
    address: needs.Address,
) -> Response:
    """Their sessions end; who signs in by the identity from now on is somebody new."""
    person = await house.door.admissions.numbered(user_id)
    await house.door.identities.unlink(person, identity_id, by=caller.username, address=address)
    return Response(status_code=204)


@router.delete("/users/{user_id}", summary="Remove a person", status_code=204, responses=refuses(404, 409))
async def remove_user(
    user_id: PersonId, caller: needs.Admin, house: needs.House, address: needs.Address
) -> Response:
    """With their sessions and API keys. What they did stays in the audit."""
    person = await house.door.admissions.numbered(user_id)
    await house.door.admissions.remove(person, by=caller.username, address=address)
    return Response(status_code=204)


@router.get("/audit", summary="Who did what, newest first", response_model=AuditPage)
async def audit(
    request: Request,
    _: needs.Admin,
    store: needs.Store,
    actor: Annotated[str | None, Query(max_length=200, description="Only what this person did.")] = None,
    action: Annotated[str | None, Query(max_length=100, description="Only this kind of event.")] = None,
    target: Annotated[str | None, Query(max_length=2000, description="Only what was done to this.")] = None,
    from_address: Annotated[str | None, Query(max_length=100, description="Only from this address.")] = None,
    since: Annotated[AwareDatetime | None, Query(description="Only from this instant on (RFC 3339).")] = None,
    until: Annotated[AwareDatetime | None, Query(description="Only before this instant (RFC 3339).")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response:
    """Sign-ins, refusals, and every change."""
    page = await store.audit.page(
        actor=actor,
        action=action,
        limit=limit,
        cursor=cursor,
        target=target,
        address=from_address,
        since=since,
        until=until,
    )
    return page_reply(request, page, _line)


@router.get("/audit/verify", summary="Whether the audit is as it was written")
async def verify_audit(caller: needs.Admin, house: needs.House, address: needs.Address) -> ChainReply:
    """Reads all of it: every entry against the chain of hashes, and the chain against heads that were noted."""
    report = await verified(house.store, house.settings.data_dir / FILE_NAME)
    await house.door.log.note(
        Event.AUDIT_VERIFIED,
        actor=caller.username,
        address=address,
        detail={"holds": report.holds, "entries": report.entries, "faults": report.fault_count},
    )
    return ChainReply(
        holds=report.holds,
        entries=report.entries,
        first=report.first,
        head_seq=report.head.seq,
        head_hash=report.head.hash,
        fault_count=report.fault_count,
        faults=[ChainFault(kind=each.kind, seq=each.seq, detail=each.detail) for each in report.faults],
    )


def _person(person: Person) -> dict[str, Any]:
    return {
        "id": person.id,
        "username": person.username,
        "email": person.email,
        "roles": list(person.roles),
        "disabled": person.disabled_at is not None,
        "created_at": person.created_at,
    }


def _identity(identity: IdentityRecord) -> IdentityModel:
    return IdentityModel(
        id=identity_key(identity),
        provider=identity.provider,
        issuer=identity.issuer,
        subject=identity.subject,
        created_at=identity.created_at,
    )


def _line(record: AuditRecord) -> dict[str, Any]:
    return {
        "id": record.id,
        "at": record.at,
        "actor": record.actor,
        "action": record.action,
        "target": record.target,
        "address": record.address,
        "detail": dict(record.detail),
    }
