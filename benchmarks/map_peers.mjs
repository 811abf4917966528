/**
 * The peers of benchmarks/map.py, each given the same boxes at the same places: a plain canvas that draws every box
 * in sight, Cytoscape.js, and sigma.js. Each has `open(element, scene)`, and a camera that is set by the scene point
 * in the middle and the zoom in CSS px a scene px.
 */

import cytoscape from "cytoscape";
import Graph from "graphology";
import Sigma from "sigma";

const COLOURS = ["#e07514", "#7c45e0", "#5f8a14", "#b826c4", "#d6166f", "#cf2e45"];

function canvas(element, scene) {
  const surface = document.createElement("canvas");
  surface.width = element.clientWidth;
  surface.height = element.clientHeight;
  element.append(surface);
  const context = surface.getContext("2d", { alpha: false });
  return {
    look(x, y, zoom) {
      const [left, top] = [x - surface.width / 2 / zoom, y - surface.height / 2 / zoom];
      const [right, bottom] = [x + surface.width / 2 / zoom, y + surface.height / 2 / zoom];
      context.fillStyle = "#ffffff";
      context.fillRect(0, 0, surface.width, surface.height);
      context.strokeStyle = "#667085";
      context.font = "11px sans-serif";
      for (const box of scene.boxes) {
        if (box.x > right || box.y > bottom || box.x + box.w < left || box.y + box.h < top) continue;
        const [at, down, w, h] = [(box.x - left) * zoom, (box.y - top) * zoom, box.w * zoom, box.h * zoom];
        context.fillStyle = box.container ? "#f5f7fa" : COLOURS[box.id % COLOURS.length];
        context.fillRect(at, down, w, h);
        context.strokeRect(at, down, w, h);
        if (w > 60) {
          context.fillStyle = "#161e2c";
          context.fillText(box.label, at + 4, down + 12);
        }
      }
    },
  };
}

function cytoscapeJs(element, scene) {
  // Boxes without their nesting: compound nodes cost it more still.
  const core = cytoscape({
    container: element,
    elements: scene.boxes.map((box) => ({
      data: { id: String(box.id), label: box.label, w: box.w, h: box.h, fill: box.container ? "#f5f7fa" : COLOURS[box.id % COLOURS.length] },
      position: { x: box.x + box.w / 2, y: box.y + box.h / 2 },
    })),
    style: [{
      selector: "node",
      style: { shape: "rectangle", width: "data(w)", height: "data(h)", "background-color": "data(fill)", "border-width": 1, label: "data(label)", "min-zoomed-font-size": 6, "font-size": 12 },
    }],
    layout: { name: "preset", fit: false },
    textureOnViewport: true,
    hideLabelsOnViewport: true,
    pixelRatio: 1,
    minZoom: 1e-4,
    maxZoom: 10,
  });
  return {
    look(x, y, zoom) {
      core.viewport({ zoom, pan: { x: element.clientWidth / 2 - x * zoom, y: element.clientHeight / 2 - y * zoom } });
    },
  };
}

function sigmaJs(element, scene) {
  const graph = new Graph();
  for (const box of scene.boxes) {
    graph.addNode(box.id, { x: box.x + box.w / 2, y: -(box.y + box.h / 2), size: Math.max(1, box.container ? 1 : 3), label: box.label, color: COLOURS[box.id % COLOURS.length] });
  }
  const renderer = new Sigma(graph, element, { hideLabelsOnMove: true, labelRenderedSizeThreshold: 6, allowInvalidContainer: true });
  const side = Math.max(scene.width, scene.height);
  return {
    look(x, y, zoom) {
      // Its camera looks at the graph scaled into a unit square: 1 shows all of it.
      const whole = Math.min(element.clientWidth / scene.width, element.clientHeight / scene.height);
      renderer.getCamera().setState({ x: 0.5 + (x - scene.width / 2) / side, y: 0.5 - (y - scene.height / 2) / side, ratio: whole / zoom });
    },
  };
}

window.peers = { canvas, cytoscape: cytoscapeJs, sigma: sigmaJs };
