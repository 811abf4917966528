// Compiled strictly and never run: what people write against the types.
import { CloudViz, Job, verifyWebhook } from "../src/index.js";

const client = new CloudViz("https://maps.example.org", { apiKey: "cvk_…" });

export async function tour(): Promise<string[]> {
  const job: Job = await client.aws.discover({ body: { regions: ["eu-west-1"] } });
  await job.wait({ onProgress: (now) => now.status.length });
  const names: string[] = [];
  for await (const each of client.resources.list({ type: ["aws.ec2.*"], limit: 50 })) names.push(each.name);
  const drawn = await client.diagrams.generate({ body: { layout: "grid" } });
  if (!(drawn instanceof Job)) names.push(drawn.diagram_id);
  const one = await client.resources.get({ resource_id: "arn:…" });
  names.push(one.resource.name);
  const picture: Blob = await client.diagrams.draw({ body: { format: "svg" } });
  for await (const event of client.jobs.events({ job_id: "j" })) names.push(event.event);
  // @ts-expect-error there is no such layout
  await client.diagrams.generate({ body: { layout: "spiral" } });
  // @ts-expect-error the id is missing
  await client.resources.get();
  // @ts-expect-error a misspelt parameter
  client.resources.list({ types: ["aws.ec2.*"] });
  await verifyWebhook("whsec_…", new Headers(), await picture.text());
  return names;
}
