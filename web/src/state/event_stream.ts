/**
 * Server-sent events read from an answer's body (HTML Standard §9.2.6). The browser's own EventSource sends no
 * Authorization header, and a token in an address ends up in logs.
 */

export interface ServerEvent {
  /** Where to go on after it; empty where the server said nothing. */
  id: string;
  name: string;
  data: string;
}

/** The events of a stream until it ends; one that was cut off in the middle is left out. */
export async function* eventsIn(body: ReadableStream<Uint8Array>): AsyncGenerator<ServerEvent> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  let event = { id: "", name: "message", data: [] as string[] };
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      rest += decoder.decode(value, { stream: true });
      // A carriage return at the end may be half of a line's end.
      const lines = rest.split(/\r\n|\n|\r(?!$)/);
      rest = lines.pop() ?? "";
      for (const line of lines) {
        if (line === "") {
          if (event.data.length > 0) yield { id: event.id, name: event.name, data: event.data.join("\n") };
          event = { id: event.id, name: "message", data: [] };
          continue;
        }
        const cut = line.indexOf(":");
        const [field, text] = cut < 0 ? [line, ""] : [line.slice(0, cut), line.slice(cut + 1).replace(/^ /, "")];
        if (field === "data") event.data.push(text);
        else if (field === "event") event.name = text;
        else if (field === "id" && !text.includes("\0")) event.id = text;
      }
    }
  } finally {
    // Whoever stops reading closes the connection.
    await reader.cancel().catch(() => undefined);
  }
}
