/**
 * `bun run docs`: brings what pages of the documentation show up to date: files of the repository, and what programs
 * print; and writes the reference from the docstrings. `--measure` also takes new numbers of those that measure; without, only their words are brought up to date.
 */
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { pages } from "./lib/docs/pages.ts";
import { root } from "./lib/paths.ts";
import { reference } from "./reference/reference-pages.ts";
import { staleReference } from "./reference/stale-reference.ts";

const { values } = parseArgs({ options: { measure: { type: "boolean", default: false } } });
const stale = pages(values.measure).filter((page) => page.fresh !== page.text);
for (const { path, fresh } of stale) {
  writeFileSync(join(root, path), fresh);
  console.log(`wrote ${path}`);
}
const { pages: made, problems } = await reference();
const staleMade = staleReference(made);
for (const path of staleMade) {
  const text = made.get(path);
  if (text === undefined) rmSync(join(root, path));
  else await Bun.write(join(root, path), text);
  console.log(`${text === undefined ? "removed" : "wrote"} ${path}`);
}
if (stale.length + staleMade.length === 0) console.log("all pages are up to date");
for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exit(1);
