import { createTwoFilesPatch } from "diff";
import type { Changes } from "./output-folder.ts";

/** The difference between what is committed and what would be generated, as a unified diff. */
export function printDrift(label: string, changes: Changes): string {
  const files = [
    ...changes.write.map(({ path, before, after }) => ({ path, before, after })),
    ...changes.remove.map(({ path, before }) => ({ path, before, after: null })),
  ];
  return files
    .toSorted((a, b) => (a.path < b.path ? -1 : 1))
    .map(({ path, before, after }) => {
      const name = `${label}/${path}`;
      const from = before === null ? "/dev/null" : `${name} (committed)`;
      const to = after === null ? "/dev/null" : `${name} (generated)`;
      return createTwoFilesPatch(from, to, before ?? "", after ?? "", undefined, undefined, { context: 2 });
    })
    .join("\n");
}
