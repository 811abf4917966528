/** Holds openapi.json against Redocly's recommended rules: `npm run lint`. Ends with 1 on an error. */

import { createConfig, lint } from "@redocly/openapi-core";

const config = await createConfig({ extends: ["recommended"] });
const found = await lint({ ref: process.argv[2] ?? "../../openapi.json", config });
for (const each of found) {
  const at = each.location[0]?.pointer ?? "";
  console.error(`${each.severity} ${each.ruleId} ${at}: ${each.message}`);
}
const errors = found.filter((each) => each.severity === "error").length;
console.log(`${errors} errors, ${found.length - errors} warnings`);
process.exit(errors ? 1 : 0);
