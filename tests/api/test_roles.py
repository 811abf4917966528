"""Roles × routes: read from ``/openapi.json``, tried on the server, and listed here by hand."""

from __future__ import annotations

from typing import Any

import pytest
from tests.api.serving import ROLES, Server, assert_problem

from cloudviz.access import Role

# Written by hand, so that a route that asks for too little shows. One line for each operation.
EXPECTED = """
public    POST   /auth/login
public    POST   /auth/refresh
public    POST   /auth/exchange
public    GET    /auth/providers
public    GET    /auth/oauth/{provider}/login
public    GET    /auth/oauth/{provider}/callback
viewer    POST   /auth/logout
viewer    GET    /auth/me
viewer    POST   /auth/revoke-all
viewer    GET    /auth/api-keys
viewer    POST   /auth/api-keys
viewer    DELETE /auth/api-keys/{key_id}
operator  POST   /aws/discover
operator  POST   /aws/test-connection
viewer    GET    /aws/discoveries
viewer    GET    /aws/discoveries/{discovery_id}
viewer    GET    /aws/resources
viewer    GET    /aws/resource-types
viewer    GET    /aws/permissions
operator  POST   /azure/discover
operator  POST   /azure/test-connection
viewer    GET    /azure/discoveries
viewer    GET    /azure/discoveries/{discovery_id}
viewer    GET    /azure/resources
viewer    GET    /azure/resource-types
viewer    GET    /azure/permissions
operator  POST   /gcp/discover
operator  POST   /gcp/test-connection
viewer    GET    /gcp/discoveries
viewer    GET    /gcp/discoveries/{discovery_id}
viewer    GET    /gcp/resources
viewer    GET    /gcp/resource-types
viewer    GET    /gcp/permissions
viewer    GET    /aws/cost-analysis
viewer    GET    /azure/cost-analysis
viewer    GET    /gcp/cost-analysis
viewer    GET    /costs/summary
viewer    GET    /costs/by/{group}
viewer    GET    /costs/waste
viewer    GET    /costs/estimates
viewer    GET    /costs/bills
admin     DELETE /costs/bills/{bill_id}
viewer    GET    /costs/of/{resource_id}
operator  POST   /costs/import
viewer    GET    /discoveries
viewer    GET    /discoveries/{discovery_id}
operator  POST   /imports
viewer    GET    /resources
viewer    GET    /resources/facets
viewer    POST   /resources/search
viewer    GET    /resources/{resource_id}
viewer    GET    /resources/{resource_id}/neighbours
viewer    GET    /resources/{resource_id}/history
operator  POST   /visualization/generate
operator  POST   /visualization/export
viewer    GET    /visualization/diagrams
viewer    GET    /visualization/diagrams/{diagram_id}
viewer    GET    /visualization/diagrams/{diagram_id}/export
viewer    GET    /visualization/diagrams/{diagram_id}/export/link
public    GET    /visualization/files/{name}
viewer    GET    /visualization/themes
viewer    GET    /visualization/layouts
viewer    GET    /visualization/diff
viewer    GET    /visualization/views
viewer    POST   /visualization/views
viewer    PUT    /visualization/views/{view_id}
viewer    DELETE /visualization/views/{view_id}
viewer    GET    /visualization/map/scene
viewer    GET    /visualization/map/atlas
viewer    GET    /visualization/map/tiles
viewer    GET    /visualization/map/place
viewer    GET    /visualization/map/around
viewer    GET    /visualization/map/way
viewer    GET    /visualization/map/children
viewer    GET    /visualization/map/picture
viewer    GET    /visualization/map/coverage
viewer    GET    /visualization/map/icons
viewer    GET    /jobs
operator  POST   /jobs
viewer    GET    /jobs/{job_id}
operator  DELETE /jobs/{job_id}
operator  POST   /webhooks/register
operator  GET    /webhooks
operator  GET    /webhooks/{webhook_id}
operator  PUT    /webhooks/{webhook_id}
operator  DELETE /webhooks/{webhook_id}
operator  POST   /webhooks/{webhook_id}/pause
operator  POST   /webhooks/{webhook_id}/resume
operator  POST   /webhooks/{webhook_id}/rotate
operator  POST   /webhooks/{webhook_id}/ping
operator  GET    /webhooks/{webhook_id}/deliveries
operator  GET    /webhooks/{webhook_id}/deliveries/{delivery_id}
operator  POST   /webhooks/{webhook_id}/deliveries/{delivery_id}/redeliver
viewer    GET    /jobs/{job_id}/events
viewer    GET    /jobs/{job_id}/file
viewer    GET    /jobs/schedules
operator  POST   /jobs/schedules
viewer    GET    /jobs/schedules/{schedule_id}
operator  PUT    /jobs/schedules/{schedule_id}
operator  DELETE /jobs/schedules/{schedule_id}
viewer    GET    /jobs/schedules/{schedule_id}/runs
operator  POST   /jobs/schedules/{schedule_id}/run
admin     GET    /admin/users
admin     POST   /admin/users
admin     GET    /admin/users/{user_id}
admin     PUT    /admin/users/{user_id}
admin     DELETE /admin/users/{user_id}
admin     PUT    /admin/users/{user_id}/password
admin     DELETE /admin/users/{user_id}/sessions
admin     GET    /admin/users/{user_id}/identities
admin     POST   /admin/users/{user_id}/identities
admin     DELETE /admin/users/{user_id}/identities/{identity_id}
admin     GET    /admin/roles
admin     GET    /admin/settings
admin     GET    /admin/cache
admin     DELETE /admin/cache
admin     GET    /admin/audit
admin     GET    /admin/audit/verify
admin     GET    /admin/credentials
admin     POST   /admin/credentials
admin     DELETE /admin/credentials/{name}
public    GET    /health
public    GET    /health/live
public    GET    /health/ready
public    GET    /metrics
"""


def declared(document: dict[str, Any]) -> dict[tuple[str, str], str]:
    return {
        (method.upper(), path): operation["x-cloudviz-role"]
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
    }


async def test_every_route_asks_for_the_role_listed_here(light_server: Server) -> None:
    expected = {
        (method, path): role for role, method, path in (line.split() for line in EXPECTED.split("\n") if line)
    }
    document = (await light_server.client.get("/openapi.json")).json()
    assert declared(document) == expected


async def test_the_server_holds_every_route_to_its_role(light_server: Server) -> None:
    """Each operation is called by nobody, and by each role; only the check of the role is looked at."""
    document = (await light_server.client.get("/openapi.json")).json()
    wrong: list[str] = []
    for (method, path), needed in declared(document).items():
        if path in ("/auth/logout", "/auth/revoke-all"):  # it would sign the role out; test_signing_in has it
            continue
        url = path.replace("{", "").replace("}", "")
        for role in (None, *ROLES):
            reply = await light_server.ask(method, url, role=role)
            # With an empty body the routes that sign in refuse by 422: they have no other check to take for ours.
            refused = reply.status_code in (401, 403)
            allowed = needed == "public" or (role is not None and Role(role).includes(Role(needed)))
            if refused == allowed:
                wrong.append(f"{method} {path} by {role}: {reply.status_code}")
            if reply.status_code >= 500:
                wrong.append(f"{method} {path} by {role}: {reply.status_code} {reply.text}")
            if refused:
                assert_problem(reply, *((401, "unauthenticated") if role is None else (403, "forbidden")))
    assert wrong == []


async def test_a_refusal_names_the_role_and_is_audited(light_server: Server) -> None:
    reply = await light_server.get("/admin/users", role="operator")
    document = assert_problem(reply, 403, "forbidden")
    assert document["detail"] == "this needs the role admin; you have operator"
    entry = (await light_server.store.audit.page(action="access.denied")).items[0]
    assert (entry.actor, entry.target, entry.address) == ("operator", "/admin/users", "192.0.2.1")


@pytest.mark.parametrize("path", ["/docs", "/openapi.json", "/", "/health/live"])
async def test_what_is_open_needs_no_token(light_server: Server, path: str) -> None:
    assert (await light_server.client.get(path)).status_code == 200
