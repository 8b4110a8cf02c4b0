import { readFileSync } from "node:fs";
import { join } from "node:path";

const folder = join(import.meta.dir, "..", "support");

/**
 * What generated code stands on: copies of those files in `src/support` that it imports, directly or through each
 * other, so that it depends on no package. `others` are copied, too.
 */
export function supportFiles(bodies: Iterable<string>, others: readonly string[] = []): [string, string][] {
  const found = new Map<string, string>();
  const open = [...others, ...[...bodies].flatMap((body) => imported(body, /"\.\.?\/support\/([a-z0-9-]+\.ts)"/g))];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (found.has(name)) continue;
    const text = readFileSync(join(folder, name), "utf8");
    found.set(name, text);
    open.push(...imported(text, /from "\.\/([a-z0-9-]+\.ts)"/g));
  }
  return [...found].map(([name, text]) => [`support/${name}`, text]);
}

function imported(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map((match) => match[1] as string);
}
