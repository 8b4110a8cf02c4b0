/** `bun run docs`: brings the files that pages of the documentation show up to date with those of the repository. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pages } from "./lib/docs/pages.ts";
import { root } from "./lib/paths.ts";

const stale = pages().filter((page) => page.fresh !== page.text);
for (const { path, fresh } of stale) {
  writeFileSync(join(root, path), fresh);
  console.log(`wrote ${path}`);
}
if (stale.length === 0) console.log("all pages are up to date");
