import { expect, test } from "bun:test";
import { brokenLinks, documentationPages, linksOf, targetOf } from "./broken-links.ts";

test("every link between pages leads to a file, and to a heading of it", () => {
  expect(documentationPages().flatMap(linksOf).length).toBeGreaterThan(100);
  expect(brokenLinks()).toEqual([]);
});

test("docs/README.md leads to every page", () => {
  const index = "docs/README.md";
  const linked = new Set(linksOf(index).map((link) => targetOf(index, link).file));
  const pages = documentationPages().filter((page) => !page.startsWith("docs/reference/") && page !== index);
  expect(pages.filter((page) => !linked.has(page))).toEqual([]);
});
