// Reads one JSON string a line (a draw.io file), writes one JSON line: the model that mxGraph reads from it, and where
// its view puts each box and leads each line.
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { JSDOM } from 'jsdom';

const { window } = new JSDOM('<!doctype html><body><div id="graph"></div></body>', {
  url: 'http://localhost/',
  runScripts: 'outside-only',
});
for (const name of ['window', 'document', 'location', 'DOMParser', 'XMLSerializer', 'Element', 'Node', 'HTMLElement']) {
  globalThis[name] = name === 'window' ? window : window[name];
}
Object.defineProperty(globalThis, 'navigator', { value: window.navigator, configurable: true });
const mx = createRequire(import.meta.url)('mxgraph')({ mxLoadResources: false, mxLoadStylesheets: false });
// mxCodec finds its classes by name.
for (const name of ['mxGraphModel', 'mxCell', 'mxGeometry', 'mxPoint']) globalThis[name] = window[name] = mx[name];
// jsdom measures no text.
mx.mxUtils.getSizeForString = (text, size) => new mx.mxRectangle(0, 0, text.length * size * 0.6, size * 1.2);

const number = (value) => Math.round(value * 100) / 100;

function judge(text) {
  const parsed = new window.DOMParser().parseFromString(text, 'text/xml');
  if (parsed.getElementsByTagName('parsererror').length > 0) return { error: parsed.documentElement.textContent };
  const page = parsed.querySelector('mxfile > diagram > mxGraphModel');
  const model = new mx.mxGraphModel();
  new mx.mxCodec(parsed).decode(page, model);

  const container = window.document.getElementById('graph');
  container.replaceChildren();
  const graph = new mx.mxGraph(container, model);
  graph.convertValueToString = (cell) => (cell.value?.getAttribute ? cell.value.getAttribute('label') ?? '' : cell.value ?? '');
  graph.view.validate();

  const cells = {};
  for (const cell of Object.values(model.cells)) {
    const style = Object.fromEntries((cell.style ?? '').split(';').filter(Boolean).map((part) => {
      const at = part.indexOf('=');
      return at < 0 ? ['', part] : [part.slice(0, at), part.slice(at + 1)];
    }));
    const state = graph.view.getState(cell);
    cells[cell.id] = {
      parent: cell.parent?.id ?? null,
      vertex: Boolean(cell.vertex),
      edge: Boolean(cell.edge),
      connectable: Boolean(cell.connectable),
      source: cell.source?.id ?? null,
      target: cell.target?.id ?? null,
      label: graph.getLabel(cell) ?? '',
      style,
      data: cell.value?.getAttributeNames
        ? Object.fromEntries(cell.value.getAttributeNames().map((name) => [name, cell.value.getAttribute(name)]))
        : {},
      box: state && cell.vertex ? [state.x, state.y, state.width, state.height].map(number) : null,
      points: state && cell.edge ? state.absolutePoints.map((point) => [number(point.x), number(point.y)]) : null,
    };
  }
  return {
    cells,
    layers: model.root.children.map((layer) => [layer.id, layer.value]),
    background: page.getAttribute('background'),
    page: [Number(page.getAttribute('pageWidth')), Number(page.getAttribute('pageHeight'))],
    scripts: container.querySelectorAll('script, iframe, img, object, [onload], [onerror], [onclick]').length,
  };
}

for await (const line of createInterface({ input: process.stdin })) {
  let answer;
  try {
    answer = judge(JSON.parse(line));
  } catch (error) {
    answer = { error: String(error.stack ?? error).slice(0, 2000) };
  }
  process.stdout.write(JSON.stringify(answer) + '\n');
}
