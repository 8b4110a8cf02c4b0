/** docs/bridge.md shows every part of the example, in order. That it shows them as they are is tested with all pages. */
import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { includedFiles } from "../../../../scripts/lib/docs/included-files.ts";
import { printedPrograms } from "../../../../scripts/lib/docs/printed-blocks.ts";
import { root } from "../../../../scripts/lib/paths.ts";
import { rustTypes } from "../type-mapping/generated/index.ts";

const EXAMPLE = "apps/examples/rust-typescript-bridge";
const page = readFileSync(join(root, "docs", "bridge.md"), "utf8");

test("every part and every table is printed once", () => {
  const files = [...new Bun.Glob("{parts,tables}/*.ts").scanSync(join(root, EXAMPLE))].map((file) =>
    join(EXAMPLE, file),
  );
  const helpers = ["tables/samples.ts", "tables/signature.ts"].map((file) => join(EXAMPLE, file));
  expect(printedPrograms(page).toSorted()).toEqual(files.filter((file) => !helpers.includes(file)).toSorted());
});

test("parts that print lines are shown with their source, in order", () => {
  const outputs = [...page.matchAll(/^<!-- output: (\S+) -->$/gm)].map(([, path = ""]) => path);
  expect(includedFiles(page).filter((path) => path.includes("/parts/"))).toEqual(outputs);
  expect(outputs).toEqual(outputs.toSorted((a, b) => Number(/\d/.exec(a)) - Number(/\d/.exec(b))));
});

test("the table of types has every type that the addon takes", () => {
  expect(Object.keys(rustTypes).length).toBeGreaterThan(40);
  for (const rust of Object.values(rustTypes)) expect(page).toContain(`| \`${rust}\` |`);
});

test("the headings are the parts of the guide", () => {
  const headings = [...page.matchAll(/^## (.+)$/gm)].map(([, heading = ""]) => heading);
  expect(headings.map((heading) => heading.split(".")[0])).toEqual([
    "1",
    "2",
    "3",
    "4",
    "5",
    "6",
    "7",
    "8",
    "Bad values never wrap silently",
  ]);
});
