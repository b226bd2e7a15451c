/**
 * Generate: write the committed JSON anew, into ./dashboards of the working folder.
 *
 *   npm run dashboards
 */
import { writeFileSync } from "node:fs";
import { render } from "./catalogue.ts";

for (const { file, json } of render()) {
  writeFileSync(`dashboards/${file}`, json);
  process.stderr.write(`dashboards/${file}\n`);
}
