import { expect, test } from "bun:test";
import { reference } from "./reference-pages.ts";
import { staleReference } from "./stale-reference.ts";

/** It takes seconds; the machine may be loaded. */
const LIMIT_MS = 240_000;

test(
  "docs/reference is what the docstrings say, and no public name is without one; `bun run docs` brings it up to date",
  async () => {
    const { pages, problems } = await reference();
    expect(problems).toEqual([]);
    expect(pages.size).toBeGreaterThan(2);
    expect(staleReference(pages)).toEqual([]);
  },
  LIMIT_MS,
);
