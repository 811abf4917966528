/** Sending a form, and telling how much of it is sent, which fetch alone does not. */

const PIECE = 2 ** 16;

/** As fetch; `told` hears the share that is sent, 0 to 1. Browsers count by XMLHttpRequest, others by a stream. */
export function sent(fetch, url, asked, told) {
  return typeof XMLHttpRequest === "undefined" ? streamed(fetch, url, asked, told) : byRequest(url, asked, told);
}

async function streamed(fetch, url, asked, told) {
  const form = new Response(asked.body);
  const type = form.headers.get("content-type");
  const content = await form.blob();
  let gone = 0;
  const counted = new ReadableStream({
    async pull(onward) {
      told(content.size ? gone / content.size : 1);
      if (gone >= content.size) return onward.close();
      const piece = await content.slice(gone, gone + PIECE).arrayBuffer();
      gone += piece.byteLength;
      onward.enqueue(new Uint8Array(piece));
    },
  });
  return fetch(url, { ...asked, headers: { ...asked.headers, "Content-Type": type }, body: counted, duplex: "half" });
}

function byRequest(url, { method, headers, body, signal }, told) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const abort = () => request.abort();
    request.open(method, url);
    request.responseType = "arraybuffer";
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.addEventListener("progress", (event) => event.lengthComputable && told(event.loaded / event.total));
    request.upload.addEventListener("load", () => told(1));
    request.addEventListener("load", () => {
      const empty = request.status === 204 || request.status === 304;
      resolve(new Response(empty ? null : request.response, { status: request.status, headers: answered(request) }));
    });
    request.addEventListener("error", () => reject(new TypeError("the connection broke")));
    request.addEventListener("abort", () => reject(signal.reason));
    request.addEventListener("loadend", () => signal.removeEventListener("abort", abort));
    if (signal.aborted) return reject(signal.reason);
    signal.addEventListener("abort", abort);
    request.send(body);
  });
}

function answered(request) {
  const headers = new Headers();
  for (const line of request.getAllResponseHeaders().trim().split(/[\r\n]+/)) {
    const [name, ...value] = line.split(": ");
    if (name) headers.append(name, value.join(": "));
  }
  return headers;
}
