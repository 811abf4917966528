"""``/openapi.json`` makes clean clients: linted, turned into TypeScript, and that compiled strictly."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from tests.api.serving import Server
from tests.unit.diagram import node_judge

# What people write against the generated client. It does not compile when a name, a member or a type is missing.
USE = """
import createClient from "openapi-fetch";
import type { components, operations, paths } from "./api";

const client = createClient<paths>({ baseUrl: "https://maps.example.org" });

export async function tour(): Promise<string[]> {
  const grant = await client.POST("/auth/login", { body: { username: "ada", password: "…" } });
  if (grant.error) throw new Error(grant.error.detail + grant.error.hint + grant.error.code);
  const headers = { Authorization: `Bearer ${grant.data.access_token}` };
  const scan = await client.POST("/aws/discover", { headers, body: { regions: ["eu-west-1"] } });
  const job: string = scan.data!.job_id;
  const picture = await client.POST("/visualization/generate", { headers, body: { layout: "grid" } });
  const link = await client.GET("/visualization/diagrams/{diagram_id}/export/link", {
    headers,
    params: { path: { diagram_id: "7d0c" }, query: { format: "svg", seconds: 60 } },
  });
  const size: number = link.data!.size;
  const page = await client.GET("/resources", { headers, params: { query: { limit: 50, type: ["aws.ec2.*"] } } });
  const next: string | null | undefined = page.data?.next_cursor;
  // @ts-expect-error there is no such layout
  await client.POST("/visualization/generate", { headers, body: { layout: "spiral" } });
  const names: string[] = page.data!.items.map((each) => each.name);
  return [job, next ?? "", String(size), JSON.stringify(picture.data), ...names];
}

// @ts-expect-error a misspelt member is refused by the server, so that the type must not take it either
export const misspelt: components["schemas"]["AwsDiscoverRequest"] = { region: "eu-west-1" };
export type Problem = components["schemas"]["Problem"];
export type Listed = operations["resources_resources"];
"""


async def test_the_description_makes_clean_clients(light_server: Server) -> None:
    node_judge.required()
    folder = node_judge.installed("openapi_clients", Path(__file__).parent)
    description = (await light_server.client.get("/openapi.json")).text
    done = subprocess.run(
        ["node", "judge.mjs"],
        cwd=folder,
        input=json.dumps({"description": description, "use": USE}),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    said: dict[str, Any] = json.loads(done.stdout)
    assert said["types"] == []
    # Two operations answer by leading a browser on, and by nothing else; and the contract has schedules among the
    # jobs, whose ids are UUIDs.
    meant = [
        each
        for each in said["lint"]
        if (each[1] == "operation-2xx-response" and "oauth" in each[2])
        or (each[1] == "no-ambiguous-paths" and "/jobs/schedules/{schedule_id}" in each[3])
    ]
    assert [each for each in said["lint"] if each not in meant] == []


async def test_operation_ids_are_unique_and_stay_as_they_are(light_server: Server) -> None:
    """Generated clients name their methods by them: this file changes when one is added, and never otherwise."""
    document = (await light_server.client.get("/openapi.json")).json()
    ids = [
        f"{operation['operationId']} {method.upper()} {path}"
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    names = [each.partition(" ")[0] for each in ids]
    assert len(names) == len(set(names))
    assert all(name.isidentifier() for name in names)
    listed = Path(__file__).with_name("operation_ids.txt")
    assert sorted(ids) == listed.read_text(encoding="utf-8").splitlines()
