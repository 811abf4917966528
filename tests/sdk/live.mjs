/** Calls each operation by the JavaScript client on the server of CLOUDVIZ_SERVER; prints what came of each. */

import { readFile } from "node:fs/promises";
import { CloudViz, OPERATIONS, Refused } from "../../sdk/js/src/index.js";

const { CLOUDVIZ_SERVER: url, CLOUDVIZ_PASSWORD: password, CLOUDVIZ_FILE: file } = process.env;
const heard = new Set();
const told = [];
const client = new CloudViz(url, { username: "admin", password });
const content = await readFile(file);

const shop = await client.imports.upload({ files: [{ name: "shop.tfstate", content }], form: { source: "the shop" } });
const resources = await Array.fromAsync?.(client.resources.list({ limit: 5 })) ?? [];
if (!resources.length) for await (const each of client.resources.list({ limit: 5 })) resources.push(each);
const drawn = await client.diagrams.generate({ body: { layout: "grid" } });
const picture = await (await client.diagrams.export({ diagram_id: drawn.diagram_id, format: "svg" })).text();
const job = await client.jobs.start({ body: { kind: "export", arguments: { filter: "provider=aws", format: "json" } } });
const ended = await job.wait({ timeout: 60 });
const events = [];
for await (const each of job.events()) events.push(each.event);
told.push(shop.status, resources.length, picture.slice(0, 4), ended.status, events.at(-1));

const nobody = "00000000-0000-0000-0000-000000000000";
const some = resources.find((each) => each.id.startsWith("arn:")).id;
const values = {
  job_id: job.id, discovery_id: shop.discovery_id, diagram_id: drawn.diagram_id, resource_id: some, id: some,
  source: some, target: some, group: "region", a: "2020-01-01", b: shop.discovery_id, tiles: "0.0.0",
};
const last = ["auth_logout", "auth_revoke_all"];
for (const id of [...Object.keys(OPERATIONS).filter((each) => !last.includes(each)), ...last]) {
  const operation = OPERATIONS[id];
  const input = {};
  for (const name of operation.inPath ?? []) input[name] = values[name] ?? (name === "user_id" ? 999999 : nobody);
  for (const name of operation.query ?? []) if (name in values && id !== "jobs_jobs") input[name] = values[name];
  if (operation.body === "form") input.files = [{ name: "nothing.txt", content: "nothing" }];
  const [namespace, name] = operation.name;
  try {
    const asked = client[namespace][name](input);
    if (asked[Symbol.asyncIterator]) for await (const _ of asked) break;
    else await asked;
    heard.add(`${id} ok`);
  } catch (error) {
    if (!(error instanceof Refused) || !error.code) throw new Error(`${id}: ${error}`, { cause: error });
    heard.add(`${id} ${error.status}`);
  }
}
console.log(JSON.stringify({ told, heard: [...heard] }));
