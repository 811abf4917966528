// Reads one JSON string a line (a Mermaid diagram), writes one JSON line: what Mermaid's own parser makes of it.
import { createInterface } from 'node:readline';
import { JSDOM } from 'jsdom';

// Mermaid cleans labels with DOMPurify, which wants a document even when nothing is drawn.
const { window } = new JSDOM('<!doctype html><body></body>');
globalThis.window = window;
globalThis.document = window.document;
const { default: mermaid } = await import('mermaid');
mermaid.initialize({ startOnLoad: false });

// What Mermaid's decodeEntities does when it draws.
const drawn = (text) =>
  (text ?? '')
    .replaceAll('ﬂ°°', '&#')
    .replaceAll('ﬂ°', '&')
    .replaceAll('¶ß', ';')
    .replace(/<br ?\/?>/g, '\n')
    .replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)));

async function judge(text) {
  try {
    const diagram = await mermaid.mermaidAPI.getDiagramFromText(text);
    const db = diagram.db;
    return {
      type: diagram.type,
      vertices: Object.fromEntries(
        [...db.getVertices()].map(([id, vertex]) => [id, { text: drawn(vertex.text), classes: vertex.classes.filter((name) => name !== 'clickable'), link: vertex.link }]),
      ),
      subgraphs: Object.fromEntries(
        db.getSubGraphs().map((graph) => [graph.id, { text: drawn(graph.title), members: graph.nodes, classes: graph.classes }]),
      ),
      edges: db.getEdges().map((edge) => [edge.start, edge.end, drawn(edge.text)]),
      classes: [...db.getClasses().keys()],
      title: db.getAccTitle(),
    };
  } catch (error) {
    return { error: String(error.message ?? error).slice(0, 2000) };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(JSON.stringify(await judge(JSON.parse(line))) + '\n');
}
