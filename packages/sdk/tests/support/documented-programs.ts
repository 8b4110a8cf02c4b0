import { readFileSync } from "node:fs";
import { join } from "node:path";

const docs = join(import.meta.dir, "..", "..", "..", "..", "docs");

/** The blocks of a page that import the SDK, or what stands on it, and are no file of the repository: those run by themselves. */
export function programsOf(page: string): string[] {
  const text = readFileSync(join(docs, `${page}.md`), "utf8").replaceAll(/<!-- file: \S+ -->\n```ts\n.*?```/gs, "");
  const blocks = [...text.matchAll(/```ts\n(.*?)```/gs)].map(([, code = ""]) => code);
  return blocks.filter((code) => /from "@stator\/(?:sdk|llm)"/.test(code) && !code.includes('from "./'));
}

/** The pages that have such blocks. */
export function pagesWithPrograms(): string[] {
  const files = ["*.md", "llm/*.md"].flatMap((pattern) => [...new Bun.Glob(pattern).scanSync(docs)]);
  const pages = files.map((file) => file.replace(/\.md$/, ""));
  return pages.filter((page) => programsOf(page).length > 0).toSorted();
}
