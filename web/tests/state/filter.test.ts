import assert from "node:assert/strict";
import { test } from "node:test";
import { chosen, filterText, parseFilter, withTag, withValues } from "../../src/state/filter.js";

test("an expression is read as the server reads it", () => {
  assert.deepEqual(parseFilter("type=aws.ec2.*,aws.rds.db region=eu-west-1 tag:env=prod tag:owner 'two words' web"), [
    { key: "type", values: ["aws.ec2.*", "aws.rds.db"] },
    { key: "region", values: ["eu-west-1"] },
    { key: "tag:env", values: ["prod"] },
    { key: "tag:owner", values: [] },
    { key: "", values: ["two words"] },
    { key: "", values: ["web"] },
  ]);
});

test("choosing values leaves the rest of an expression as it is", () => {
  const text = "web region=a,b tag:env=prod";
  assert.deepEqual(chosen(text, "region"), ["a", "b"]);
  assert.equal(withValues(text, "region", ["b"]), "web tag:env=prod region=b");
  assert.equal(withValues(text, "region", []), "web tag:env=prod");
  assert.equal(withTag(text, "env", "test"), "web region=a,b tag:env=test");
  assert.equal(withTag("", "owner", ""), "tag:owner");
});

test("quotes, spaces and backslashes survive a round", () => {
  for (const value of ["a b", "it's", 'say "so"', "back\\slash", "ünï", "$(rm)", "🧪"]) {
    const text = filterText([{ key: "tag:x", values: [value] }]);
    assert.deepEqual(parseFilter(text), [{ key: "tag:x", values: [value] }], text);
  }
});
