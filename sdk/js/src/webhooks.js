/** Webhooks: whether a message is genuine. */

import { NotGenuine } from "./errors.js";
import { parsed } from "./events.js";

/** The event that a webhook tells, when it is genuine (Standard Webhooks 1.0); else NotGenuine is thrown. */
export async function verifyWebhook(secret, headers, body, { tolerance = 300, now = Date.now() / 1000 } = {}) {
  const given = headers instanceof Headers ? headers : new Headers(headers);
  const [id, sent, signatures] = ["id", "timestamp", "signature"].map((name) => given.get(`webhook-${name}`) ?? "");
  if (!id || !signatures || !/^\d{1,15}$/.test(sent)) throw new NotGenuine("A header of the message is missing.");
  if (Math.abs(now - Number(sent)) > tolerance) {
    throw new NotGenuine("The message is too old, or from the future.", "Compare the clocks of both machines.");
  }
  const key = bytes(secret.replace(/^whsec_/, ""));
  if (!key?.length) throw new NotGenuine("The secret is not `whsec_` and base64.");
  const raw = typeof body === "string" ? new TextEncoder().encode(body) : new Uint8Array(body);
  const head = new TextEncoder().encode(`${id}.${sent}.`);
  const signed = new Uint8Array(head.length + raw.length);
  signed.set(head);
  signed.set(raw, head.length);
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const imported = await crypto.subtle.importKey("raw", key, algorithm, false, ["verify"]);
  let fits = false;
  for (const each of signatures.split(/\s+/).slice(0, 20)) {
    const signature = each.startsWith("v1,") ? bytes(each.slice(3)) : undefined;
    if (signature) fits = (await crypto.subtle.verify("HMAC", imported, signature, signed)) || fits;
  }
  if (!fits) throw new NotGenuine("No signature fits.", "The secret is another one, or the body was changed.");
  const event = parsed(new TextDecoder().decode(raw));
  if (event === null || typeof event !== "object") throw new NotGenuine("The body is no event.");
  return event;
}

function bytes(base64) {
  try {
    return Uint8Array.from(atob(base64), (each) => each.charCodeAt(0));
  } catch {
    return undefined;
  }
}
