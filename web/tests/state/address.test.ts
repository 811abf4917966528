import assert from "node:assert/strict";
import { test } from "node:test";
import { askedOf, optionsFrom, viewFrom, viewText } from "../../src/state/picture_options.js";
import { hashOf, parseHash } from "../../src/state/router.js";
import { count, humanKind, money, shortId } from "../../src/texts.js";

test("an address is read and written the same", () => {
  const id = "arn:aws:ec2:eu-west-1:1:vpc/vpc-1?x&y=#z";
  const route = parseHash(hashOf("/map", { select: id, filter: "tag:env=prod name='a b'" }));
  assert.equal(route.path, "/map");
  assert.equal(route.query.get("select"), id);
  assert.equal(route.query.get("filter"), "tag:env=prod name='a b'");
});

test("odd addresses are some address", () => {
  assert.equal(parseHash("").path, "/");
  assert.equal(parseHash("#/map/").path, "/map");
  assert.equal(parseHash("#map?").path, "/map");
  assert.equal(parseHash("#/sign-in?code=a.b-c").query.get("code"), "a.b-c");
});

test("options have defaults, and nonsense gives the default", () => {
  const options = optionsFrom(new URLSearchParams("max_nodes=-5&hops=many&show_costs=1"));
  assert.equal(options.layout, "hierarchical");
  assert.equal(options.maxNodes, 0);
  assert.equal(options.hops, 2);
  assert.equal(options.showCosts, false);
  assert.equal(optionsFrom(new URLSearchParams("max_nodes=0")).maxNodes, 0);
});

test("hops are asked for with a focus only", () => {
  assert.equal(askedOf(optionsFrom(new URLSearchParams("hops=3")))["hops"], null);
  assert.equal(askedOf(optionsFrom(new URLSearchParams("hops=3&focus=x")))["hops"], 3);
});

test("a place in the address is read, and a broken one is none", () => {
  assert.deepEqual(viewFrom(new URLSearchParams({ view: viewText({ x: 12.4, y: -7.8, zoom: 0.123456 }) })), { x: 12, y: -8, zoom: 0.1235 });
  for (const text of ["", "1,2", "1,2,0", "a,b,c", "1,2,-1", "1,2,Infinity"]) assert.equal(viewFrom(new URLSearchParams({ view: text })), null);
});

test("ids, kinds, numbers and money as people write them", () => {
  assert.equal(shortId("arn:aws:ec2:eu-west-1:1:instance/i-1"), "i-1");
  assert.equal(shortId("arn:aws:s3:::acme-assets"), "acme-assets");
  assert.equal(shortId("/subscriptions/s/resourcegroups/rg-shop"), "rg-shop");
  assert.equal(humanKind("virtual_machine"), "Virtual machine");
  assert.equal(count(100000), "100,000");
  assert.equal(money(18204.11, "USD"), "$18,204");
  assert.equal(money(8.5, "EUR"), "€8.50");
  assert.equal(money(3, "credits"), "3.00 credits");
});
