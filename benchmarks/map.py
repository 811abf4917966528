"""The map in a real browser beside other ways to draw as many boxes: loading, frames while moving, memory.

    uv run python benchmarks/map.py [--boxes 1000,10000,50000,100000] [--peers canvas,cytoscape,sigma]
                                    [--keep FILE]

Sizes may be run one by one, which takes minutes each: with `--keep` the figures of each call are kept in a file,
and the table is of all that are in it. A size that is run again replaces what was kept of it, peers and all, so
that what stands below one another was measured in one run. With `--keep` alone a file's table is printed.

An estate of so many boxes is recorded in SQLite and served by ``cloudviz serve``; the map is opened in headless
Chromium, without a graphics card, as anybody opens it. The peers get the very boxes at the very places as JSON: a
plain canvas that draws each box in sight (the figure of measured.md §9), Cytoscape.js and sigma.js, from npm in a
temporary folder. The same camera then moves over all of them: from all to a close look, aside and back out.

`load` is from the opening of the page (ours: signed in, map laid out, browser cache empty; peers: with their JSON)
to the first frame with boxes. Frames are measured from one animation frame to the next, drawing included; 16.7 ms
is the screen's own pace. `ratio` is the mean frame beside ours. `busy` is what the page's thread computed for each
frame. `heap` is JavaScript memory after a collection. Each peer has a browser of its own. One that moves longer
than --limit seconds is stopped, and the frames that it drew count; one that has no picture after so long, or
hangs, is killed: "did not finish". `bundles` of ours are the lines between closed containers, seen from afar.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Browser, Page, sync_playwright

from cloudviz.inventory.model import Graph, Link, LinkKind, Resource
from cloudviz.store import migrate, open_store

HERE = Path(__file__).parent
WEB = HERE.parent / "web"
VERSIONS = {"cytoscape": "3.34.4", "sigma": "4.0.4", "graphology": "0.26.0"}
SIZE = {"width": 1440, "height": 900}
FLAGS = ["--no-sandbox", "--disable-background-networking", "--disable-sync", "--enable-unsafe-swiftshader"]
IN_A_SUBNET = 24
PAGE = "<!doctype html><body style='margin:0'><div id=map style='width:1440px;height:812px'></div>"

# Moves a camera over the map: from all of it to a close look at a place that is not the middle, aside, and out.
DRIVE = """async ({look, width, height, shown, frames, limit}) => {
  const whole = Math.min(shown.width / width, shown.height / height);
  const close = 0.9, places = [];
  const at = {x: width * 0.31, y: height * 0.42};
  for (let n = 0; n <= frames; n++) {
    const t = n / frames, zoom = whole * (close / whole) ** t;
    places.push([width / 2 + (at.x - width / 2) * t, height / 2 + (at.y - height / 2) * t, zoom]);
  }
  for (let n = 0; n < frames; n++) places.push([at.x + (n * 24) / close, at.y + (n * 9) / close, close]);
  const last = places.at(-1);
  for (let n = 0; n <= frames; n++) {
    const t = n / frames, zoom = close * (whole / close) ** t;
    places.push([last[0] + (width / 2 - last[0]) * t, last[1] + (height / 2 - last[1]) * t, zoom]);
  }
  const drive = eval(look), times = [], busy = [];
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  await frame();
  let before = await frame();
  const end = before + limit * 1000;
  for (const [x, y, zoom] of places) {
    const start = performance.now();
    drive(x, y, zoom);
    busy.push(performance.now() - start);
    const now = await frame();
    times.push(now - before);
    before = now;
    if (now > end) break;
  }
  return {times, busy, moves: places.length};
}"""

OURS = """((stage) => (x, y, zoom) => {
  stage.engine.look({x, y, zoom});
  stage.engine.draw(performance.now());
})(document.querySelector('.map-stage'))"""


def estate(boxes: int) -> Graph:
    """Accounts with networks, subnets and machines, that many boxes in all, each machine linked with the next.

    One machine of each subnet uses one of another network.
    """
    resources: dict[str, Resource] = {}
    links: list[Link] = []

    def add(number: int, type: str, kind: str, parent: str | None, account: str, region: str, word: str) -> str:
        id = f"arn:aws:ec2:{region}:{account}:{word}/{word}-{number:08x}"
        resources[id] = Resource(
            id=id,
            provider="aws",
            type=type,
            native_type=type,
            kind=kind,
            name=f"{word}-{number}",
            account=account,
            region=region,
            zone=f"{region}{'abc'[number % 3]}" if word == "i" else None,
            parent=parent,
            state=("running", "running", "stopped")[number % 3] if word == "i" else None,
            tags={"env": ("prod", "test", "dev")[number % 3], "team": f"team-{number % 12}"},
            properties={"size": "m6i.large"},
        )
        if parent:
            links.append(Link(id, parent, LinkKind.CONTAINS))
        return id

    callers: dict[int, str] = {}
    number = 0
    while len(resources) < boxes * 0.985:
        account = f"{100000000000 + number % max(1, boxes // 2500)}"
        region = ("eu-west-1", "us-east-1", "ap-southeast-2")[number % 3]
        network = add(number, "aws.ec2.vpc", "network", None, account, region, "vpc")
        for subnet in range(4):
            place = add(number * 4 + subnet, "aws.ec2.subnet", "subnet", network, account, region, "subnet")
            before = ""
            for machine in range(IN_A_SUBNET):
                at = (number * 4 + subnet) * IN_A_SUBNET + machine
                one = add(at, "aws.ec2.instance", "virtual_machine", place, account, region, "i")
                if before and machine % 2:
                    links.append(Link(before, one, LinkKind.USES))
                before = one
                if machine == 7 and number:  # lines between networks, and between accounts
                    other = (number - 1, number // 2)[subnet % 2]
                    links.append(Link(one, callers[other], LinkKind.USES))
                if machine == 7 and subnet == 0:
                    callers[number] = one
        number += 1
    return Graph(resources, links)


async def record(graph: Graph, url: str) -> None:
    await migrate(url)
    store = await open_store(url)
    discovery = await store.discoveries.create("aws", "aws:benchmark", {})
    await store.discoveries.start(discovery)
    await store.inventories.record(discovery, graph, [], [], datetime.now(UTC))
    await store.discoveries.finish(discovery, "completed")
    await store.close()


@contextmanager
def serving(folder: Path, url: str) -> Iterator[tuple[str, dict[str, str]]]:
    """A server over a database, and the tokens of its administrator."""
    program = Path(sys.executable).parent / "cloudviz"
    environment = {**os.environ, "CLOUDVIZ_DATA_DIR": str(folder), "HOME": str(folder)}
    environment.pop("XDG_DATA_HOME", None)
    command = [str(program), "serve", "--database", url, "--port", "8377"]
    with (folder / "serve.log").open("w") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        base, end = "http://127.0.0.1:8377", time.monotonic() + 60
        while "code=" not in (text := (folder / "serve.log").read_text()):
            if time.monotonic() > end or process.poll() is not None:
                raise SystemExit(f"the server did not start: {text}")
            time.sleep(0.1)
        code = text.split("code=")[1].split()[0]
        while True:
            try:
                reply = httpx.post(f"{base}/auth/exchange", json={"code": code})
                break
            except httpx.TransportError:
                time.sleep(0.1)
        reply.raise_for_status()
        yield base, reply.json()
    finally:
        process.terminate()
        process.wait(20)


def ours(browser: Browser, base: str, tokens: dict[str, str], frames: int) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    start = time.monotonic()
    while True:
        reply = httpx.get(f"{base}/visualization/map/atlas?max_nodes=0", headers=headers, timeout=300)
        if reply.status_code == 200:
            break
        time.sleep(0.5)
    atlas = reply.json()
    laid_out = time.monotonic() - start
    context = browser.new_context(viewport=SIZE, reduced_motion="reduce")  # type: ignore[arg-type]
    page = context.new_page()
    kept = json.dumps({"access": tokens["access_token"], "refresh": tokens["refresh_token"]})
    page.add_init_script(f"sessionStorage.setItem('cloudviz.session', {json.dumps(kept)})")
    start = time.monotonic()
    page.goto(f"{base}/#/map")
    page.wait_for_selector(".map-stage[data-nodes]:not([aria-busy])", timeout=60_000, state="attached")
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    load = time.monotonic() - start
    box = page.locator(".map-stage").bounding_box()
    asked = {"look": OURS, "width": atlas["width"], "height": atlas["height"], "shown": box, "limit": 60}
    figures = page.evaluate(DRIVE, asked | {"frames": frames})
    bundles = page.evaluate(
        "() => document.querySelector('.map-stage').engine.model.edges.filter((edge) => edge.bundle === 0).length"
    )
    figures |= {"bundles": bundles}
    figures |= {"load": load, "heap": heap(page), "boxes": atlas["boxes"], "laid_out": laid_out}
    context.close()
    return dict(figures)


def boxes_of(base: str, tokens: dict[str, str]) -> dict[str, Any]:
    """The boxes of the map for the peers: number, place, label."""
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    with httpx.Client(base_url=base, headers=headers, timeout=300) as client:
        atlas = client.get("/visualization/map/atlas?max_nodes=0").json()
        nodes: dict[str, dict[str, Any]] = {}
        for level in range(atlas["levels"]):
            names = [f"{level}.{x}.{y}" for x in range(1 << level) for y in range(1 << level)]
            for start in range(0, len(names), 96):
                query = {"max_nodes": "0", "tiles": ",".join(names[start : start + 96])}
                for part in client.get("/visualization/map/tiles", params=query).json()["tiles"].values():
                    nodes.update((node["id"], node) for node in part["nodes"])
    ranked = sorted(nodes.values(), key=lambda node: -node["width"] * node["height"])
    boxes = [
        {
            "id": number,
            "x": node["x"],
            "y": node["y"],
            "w": node["width"],
            "h": node["height"],
            "container": node["container"],
            "label": node["label"],
        }
        for number, node in enumerate(ranked)
    ]
    return {"width": atlas["width"], "height": atlas["height"], "boxes": boxes}


def peer(name: str, folder: Path, chosen: argparse.Namespace) -> dict[str, Any]:
    """A peer's figures, from a process of its own: a page that hangs can only be killed with its browser."""
    command = [sys.executable, __file__, "--one", name, "--folder", str(folder), "--frames", str(chosen.frames)]
    command += ["--limit", str(chosen.limit), "--chromium", chosen.chromium]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    # So long may both loading and moving take, and starting a browser some seconds.
    most = 2 * chosen.limit + 15
    try:
        said, failed = process.communicate(timeout=most)
    except subprocess.TimeoutExpired:
        return {"note": f"did not finish in {most:.0f} s"}
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    if process.returncode:
        why = (failed.strip().splitlines() or [f"exit code {process.returncode}"])[-1]
        return {"note": f"failed: {why[:90]}"}
    return dict(json.loads(said))


def peer_in_browser(name: str, folder: Path, frames: int, limit: float, chromium: str) -> dict[str, Any]:
    """Load a peer with the boxes of ``scene.json``, and move over them."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        page = browser.new_context(viewport=SIZE).new_page()  # type: ignore[arg-type]
        content, script = (folder / "scene.json").read_text(), (folder.parent / "peers.js").read_text()
        scene = json.loads(content)
        page.route("**/scene.json", lambda route: route.fulfill(body=content, content_type="application/json"))
        page.route("**/peers.js", lambda route: route.fulfill(body=script, content_type="text/javascript"))
        page.route("**/page.html", lambda route: route.fulfill(body=PAGE, content_type="text/html"))
        start = time.monotonic()
        page.goto("http://peer.invalid/page.html")
        page.add_script_tag(url="http://peer.invalid/peers.js")
        page.evaluate(
            """async (name) => {
              const scene = await (await fetch('scene.json')).json();
              const element = document.getElementById('map');
              window.peer = window.peers[name](element, scene);
              const whole = Math.min(element.clientWidth / scene.width, element.clientHeight / scene.height);
              window.peer.look(scene.width / 2, scene.height / 2, whole);
              await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
            }""",
            name,
        )
        load = time.monotonic() - start
        if load > limit:
            return {"note": f"did not finish loading in {limit:.0f} s"}
        look = "(x, y, zoom) => window.peer.look(x, y, zoom)"
        shown = {"width": 1440, "height": 812}
        asked = {"look": look, "width": scene["width"], "height": scene["height"], "shown": shown}
        figures = page.evaluate(DRIVE, asked | {"frames": frames, "limit": limit})
        return dict(figures | {"load": load, "heap": heap(page)})


def heap(page: Page) -> float:
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    session.send("Performance.enable")
    metrics = {each["name"]: each["value"] for each in session.send("Performance.getMetrics")["metrics"]}
    return float(metrics["JSHeapUsedSize"]) / 2**20


def bundled(folder: Path) -> None:
    """The peers from npm as one script, ``peers.js``."""
    packages = [f"{name}@{version}" for name, version in VERSIONS.items()]
    (folder / "package.json").write_text('{"private": true}')
    subprocess.run(
        ["npm", "install", "--silent", "--no-audit", "--no-fund", *packages], cwd=folder, check=True, timeout=180
    )
    shutil.copy(HERE / "map_peers.mjs", folder / "map_peers.mjs")
    esbuild = WEB / "node_modules" / ".bin" / "esbuild"
    subprocess.run(
        [str(esbuild), "map_peers.mjs", "--bundle", "--minify", "--outfile=peers.js", "--log-level=error"],
        cwd=folder,
        check=True,
    )


def line(name: str, figures: dict[str, Any], best: float) -> str:
    if "note" in figures:
        return f"  {name:<12} {figures['note']}"
    times = sorted(figures["times"])
    p50, p95 = statistics.median(times), times[int(len(times) * 0.95)]
    busy = statistics.median(figures["busy"])
    mean = statistics.mean(times)
    ratio = f"{mean / best:7.1f}" if best else "      –"
    moves = figures["moves"]
    stopped = "" if len(times) == moves else f"  stopped after {len(times)} of {moves} frames"
    return (
        f"  {name:<12} {figures['load']:8.2f} {p50:9.1f} {p95:9.1f} {mean:9.1f} {ratio} {max(times):9.1f}"
        f" {busy:9.1f} {figures['heap']:8.1f}{stopped}"
    )


def table(measured: dict[str, dict[str, dict[str, Any]]]) -> None:
    """Print the figures: size → who → what was measured."""
    columns = ("load s", "p50 ms", "p95 ms", "mean ms", "ratio", "worst ms", "busy ms", "heap MB")
    widths = (8, 9, 9, 9, 7, 9, 9, 8)
    head = f"  {'':<12} " + " ".join(f"{word:>{width}}" for word, width in zip(columns, widths, strict=True))
    for _, figures in sorted(measured.items(), key=lambda each: int(each[0])):
        first = figures["CloudViz"]
        print(
            f"{first['boxes']:,} boxes, {first['bundles']} bundles;"
            f" laid out in {first['laid_out']:.1f} s (once for each state)"
        )
        print(head)
        for name, each in figures.items():
            print(line(name, each, 0 if name == "CloudViz" else statistics.mean(first["times"])), flush=True)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--boxes", default="")
    options.add_argument("--peers", default="canvas,cytoscape,sigma")
    options.add_argument("--frames", type=int, default=60, help="of each of the three moves")
    options.add_argument("--limit", type=float, default=60, help="seconds for a peer to load, and to move")
    options.add_argument("--keep", type=Path, help="a JSON file that figures are kept in, of this call and others")
    options.add_argument("--one", default="", help=argparse.SUPPRESS)
    options.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    options.add_argument("--chromium", default=shutil.which("chromium") or shutil.which("chromium-browser"))
    chosen = options.parse_args()
    if chosen.one:
        figures = peer_in_browser(chosen.one, chosen.folder, chosen.frames, chosen.limit, chosen.chromium)
        print(json.dumps(figures))
        return
    kept = json.loads(chosen.keep.read_text()) if chosen.keep and chosen.keep.exists() else {}
    sizes = chosen.boxes or ("" if kept else "1000,10000,50000,100000")
    for size in [each for each in sizes.split(",") if each]:
        measured = measure(int(size), chosen)
        kept[size] = measured
        if chosen.keep:
            chosen.keep.write_text(json.dumps(kept))
        else:
            table({size: measured})
    if chosen.keep:
        table(kept)


def measure(boxes: int, chosen: argparse.Namespace) -> dict[str, dict[str, Any]]:
    """Ours and the peers at one size: name → figures."""
    names = [name for name in chosen.peers.split(",") if name]
    with tempfile.TemporaryDirectory(prefix="cloudviz-map-") as root:
        if names:
            bundled(Path(root))
        folder = Path(root) / str(boxes)
        folder.mkdir()
        url = f"sqlite:///{folder / 'c.sqlite3'}"
        asyncio.run(record(estate(boxes), url))
        with serving(folder, url) as (base, tokens), sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chosen.chromium, args=FLAGS)
            measured = {"CloudViz": ours(browser, base, tokens, chosen.frames)}
            browser.close()
            if names:
                (folder / "scene.json").write_text(json.dumps(boxes_of(base, tokens)))
        for name in names:
            measured[name] = peer(name, folder, chosen)
    return measured


if __name__ == "__main__":
    main()
