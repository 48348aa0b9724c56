/* Redocly's linter, its strictest own rules, on a server's document: node tests/api/lint.mjs URL
 * Says each finding on a line and ends with 1 where there is one. */
import {createRequire} from "node:module";

const {createConfig, lintFromString} = createRequire(import.meta.url)("@redocly/openapi-core");
const source = await (await fetch(process.argv[2])).text();
const config = await createConfig({extends: ["recommended-strict"]});
const found = await lintFromString({source, absoluteRef: "openapi.json", config});
for (const {ruleId, message, location} of found)
    console.log(`${ruleId}: ${message} ${location?.[0]?.pointer ?? ""}`);
process.exitCode = found.length ? 1 : 0;
