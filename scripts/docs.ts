/**
 * `bun run docs`: brings what pages of the documentation show up to date: files of the repository, and what programs
 * print. `--measure` also takes new numbers of those that measure; without, only their words are brought up to date.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { pages } from "./lib/docs/pages.ts";
import { root } from "./lib/paths.ts";

const { values } = parseArgs({ options: { measure: { type: "boolean", default: false } } });
const stale = pages(values.measure).filter((page) => page.fresh !== page.text);
for (const { path, fresh } of stale) {
  writeFileSync(join(root, path), fresh);
  console.log(`wrote ${path}`);
}
if (stale.length === 0) console.log("all pages are up to date");
