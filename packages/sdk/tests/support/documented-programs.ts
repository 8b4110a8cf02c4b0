import { readFileSync } from "node:fs";
import { join } from "node:path";

const docs = join(import.meta.dir, "..", "..", "..", "..", "docs");

/** The blocks of a page that import the SDK and are no file of the repository: those run by themselves. */
export function programsOf(page: string): string[] {
  const text = readFileSync(join(docs, `${page}.md`), "utf8").replaceAll(/<!-- file: \S+ -->\n```ts\n.*?```/gs, "");
  const blocks = [...text.matchAll(/```ts\n(.*?)```/gs)].map(([, code = ""]) => code);
  return blocks.filter((code) => code.includes('from "@stator/sdk"') && !code.includes('from "./'));
}

/** The pages that have such blocks. */
export function pagesWithPrograms(): string[] {
  const pages = [...new Bun.Glob("*.md").scanSync(docs)].map((file) => file.replace(/\.md$/, ""));
  return pages.filter((page) => programsOf(page).length > 0).toSorted();
}
