// Reads /openapi.json from standard input; prints what Redocly's recommended rules say of it, and what TypeScript's
// strictest says of the client that openapi-typescript makes of it, used by client.ts.
import { mkdtempSync, writeFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createConfig, lintFromString } from "@redocly/openapi-core";
import openapiTS, { astToString } from "openapi-typescript";
import ts from "typescript";

const pieces = [];
for await (const piece of process.stdin) pieces.push(piece);
const { description, use } = JSON.parse(Buffer.concat(pieces).toString("utf8"));
const config = await createConfig({ extends: ["recommended"] });
const found = await lintFromString({ source: description, config });
const folder = mkdtempSync(join(tmpdir(), "cloudviz-client-"));
symlinkSync(join(import.meta.dirname, "node_modules"), join(folder, "node_modules"));
writeFileSync(join(folder, "api.ts"), astToString(await openapiTS(description, { defaultNonNullable: false })));
writeFileSync(join(folder, "client.ts"), use);
const program = ts.createProgram([join(folder, "client.ts")], {
  strict: true,
  exactOptionalPropertyTypes: true,
  noUnusedLocals: false,
  noEmit: true,
  skipLibCheck: true,
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  lib: ["lib.es2022.d.ts", "lib.dom.d.ts"],
  types: [],
});
const complaints = ts
  .getPreEmitDiagnostics(program)
  .map((each) => `${each.file?.fileName.split("/").pop()}: ${ts.flattenDiagnosticMessageText(each.messageText, " ")}`);
rmSync(folder, { recursive: true });
console.log(
  JSON.stringify({
    lint: found.map((each) => [each.severity, each.ruleId, each.location[0]?.pointer, each.message]),
    types: complaints,
  }),
);
