"""The JavaScript client: before faulty servers, and each operation on a running one."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright
from tests.api.listening import Listening
from tests.api.serving import EXAMPLE, PASSWORD
from tests.conftest import chromium
from tests.unit.diagram import node_judge

from cloudviz_client import CloudViz

ROOT = Path(__file__).parents[2]


def node(*words: str, cwd: Path = ROOT / "sdk" / "js", **given: str) -> str:
    node_judge.required()
    done = subprocess.run(
        ["node", *words],
        cwd=cwd,
        env={"PATH": os.environ["PATH"], **given},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout


def test_before_servers_that_misbehave() -> None:
    tests = ("test/client.test.js", "test/browser.test.js")
    assert "\n# pass 18\n" in node("--test", "--test-reporter=tap", *tests)


@pytest.fixture
def guide(tmp_path: Path) -> Path:
    """A folder with the guide's TypeScript examples as one program, and the client as npm would install it."""
    page = (ROOT / "docs" / "guide" / "sdk.md").read_text(encoding="utf-8")
    examples = re.findall(r"<!-- runnable -->\n```ts\n(.*?)```", page, re.DOTALL)
    assert len(examples) >= 3
    (tmp_path / "node_modules" / "@cloudviz").mkdir(parents=True)
    (tmp_path / "node_modules" / "@cloudviz" / "client").symlink_to(ROOT / "sdk" / "js")
    (tmp_path / "node_modules" / "@types").symlink_to(ROOT / "sdk" / "js" / "node_modules" / "@types")
    (tmp_path / "shop.tfstate").write_bytes(EXAMPLE.read_bytes())
    (tmp_path / "package.json").write_text('{"type": "module"}')
    (tmp_path / "guide.ts").write_text("\n".join(examples))
    return tmp_path


TYPESCRIPT = ROOT / "sdk" / "js" / "node_modules" / "typescript"


@pytest.mark.nightly
def test_the_guide_s_examples_have_types_that_hold(guide: Path) -> None:
    """The compiler reads all of the API's schema: 20 s of CPU time."""
    options = ["--strict", "--target", "es2022", "--module", "nodenext", "--types", "node", "guide.ts"]
    assert node(str(TYPESCRIPT / "bin" / "tsc"), *options, cwd=guide) == ""


def test_the_guide_s_examples_run(server: Listening, guide: Path) -> None:
    """In their order, by an operator's key."""
    strip = "const ts = require(process.argv[1]); const text = require('fs').readFileSync('guide.ts', 'utf8');"
    strip += "const compilerOptions = { target: 'es2022', module: 'esnext' };"
    strip += "console.log(ts.transpileModule(text, { compilerOptions }).outputText)"
    (guide / "guide.js").write_text(node("-e", strip, str(TYPESCRIPT), cwd=guide))
    with CloudViz(server.url, token=server.token("operator")) as client:
        key = client.api_keys.create(name="guide-ts")["key"]
    said = node("guide.js", cwd=guide, CLOUDVIZ_SERVER=server.url, CLOUDVIZ_KEY=key)
    assert (guide / "estate.svg").read_bytes().startswith(b"<svg") and "not_found" in said


@pytest.fixture
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox", "--disable-gpu"])
        yield started
        started.close()


@pytest.mark.browser
def test_the_client_works_in_a_browser(server: Listening, browser: Browser) -> None:
    """In Chromium, as a page of the server's own origin loads it: files, lists, pictures, events, refusals."""
    server.token("admin")
    page = browser.new_page()
    try:
        for file in (ROOT / "sdk" / "js" / "src").glob("*.js"):
            held = fulfilled(file.read_text(encoding="utf-8"), "text/javascript")
            page.route(f"{server.url}/client/{file.name}", held)
        page.route(f"{server.url}/empty", fulfilled("<!doctype html><title>client</title>", "text/html"))
        page.goto(f"{server.url}/empty")
        state = EXAMPLE.read_text(encoding="utf-8")
        said = page.evaluate(IN_THE_BROWSER, [server.url, PASSWORD, state])
    finally:
        page.close()
    assert said["imported"] == "completed" and said["resources"] > 10 and said["again"] == said["resources"]
    assert said["picture"] == "<svg" and said["ended"] == "succeeded" and said["events"][-1] == "end"
    assert said["refused"] == ["NotFound", 404, "not_found", True]
    assert said["verified"] and said["forged"] == "NotGenuine"


def fulfilled(body: str, kind: str) -> Any:
    return lambda route: route.fulfill(body=body, content_type=kind)


IN_THE_BROWSER = """async ([url, password, state]) => {
  const { CloudViz, NotFound, verifyWebhook } = await import("/client/index.js");
  const client = new CloudViz(url, { username: "admin", password });
  const said = { events: [] };
  const files = [{ name: "shop.tfstate", content: new Blob([state]) }];
  said.imported = (await client.imports.upload({ files, form: { source: "the shop" } })).status;
  const count = async (limit) => {
    const ids = new Set();
    for await (const each of client.resources.list({ limit })) ids.add(each.id);
    return ids.size;
  };
  [said.resources, said.again] = [await count(5), await count(500)];
  const drawn = await client.diagrams.generate({ body: { layout: "grid" } });
  const picture = await client.diagrams.export({ diagram_id: drawn.diagram_id, format: "svg" });
  said.picture = (await picture.text()).slice(0, 4);
  const job = await client.jobs.start({ body: { kind: "export", arguments: { format: "json" } } });
  said.ended = (await job.wait({ timeout: 60 })).status;
  for await (const each of job.events()) said.events.push(each.event);
  try {
    await client.resources.get({ resource_id: "none" });
  } catch (error) {
    said.refused = [error.constructor.name, error.status, error.code, error instanceof NotFound];
  }
  const secret = "whsec_" + btoa("a".repeat(32));
  const bytes = (text) => new TextEncoder().encode(text);
  const kind = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", bytes("a".repeat(32)), kind, false, ["sign"]);
  const at = String(Math.floor(Date.now() / 1000));
  const body = JSON.stringify({ type: "webhook.ping" });
  const signed = await crypto.subtle.sign("HMAC", key, bytes(`m1.${at}.${body}`));
  const signature = "v1," + btoa(String.fromCharCode(...new Uint8Array(signed)));
  const headers = { "webhook-id": "m1", "webhook-timestamp": at, "webhook-signature": signature };
  said.verified = (await verifyWebhook(secret, headers, body)).type === "webhook.ping";
  said.forged = await verifyWebhook(secret, headers, body + " ").catch((error) => error.constructor.name);
  return said;
}"""


def test_each_operation_is_called_by_its_name(server: Listening) -> None:
    server.token("admin")
    given = {"CLOUDVIZ_SERVER": server.url, "CLOUDVIZ_PASSWORD": PASSWORD, "CLOUDVIZ_FILE": str(EXAMPLE)}
    said = json.loads(node(str(Path(__file__).with_name("live.mjs")), **given))
    status, resources, picture, ended, event = said["told"]
    assert (status, picture, ended, event) == ("completed", "<svg", "succeeded", "end") and resources > 10
    described = json.loads((ROOT / "openapi.json").read_text(encoding="utf-8"))
    ids = {each["operationId"] for methods in described["paths"].values() for each in methods.values()}
    answers = dict(each.split() for each in said["heard"])
    assert answers.keys() == ids
    # the rest has an empty body, or names what is not there: refused, and told as a problem
    assert sum(answer == "ok" for answer in answers.values()) > len(ids) / 2
    assert set(answers.values()) <= {"ok", "400", "401", "404", "409", "415", "422", "502"}
