import { printSize } from "../../../packages/codegen/src/addon/print-size.ts";
import { budgetOf } from "./budgets.ts";
import type { Tarball } from "./pack-all.ts";

/** What a package comes to where it is installed. */
export function unpackedBytes({ files }: Pick<Tarball, "files">): number {
  return [...files.values()].reduce((sum, content) => sum + content.length, 0);
}

/** A table of tarballs in Markdown. */
export function summary(tarballs: readonly Tarball[]): string {
  const rows = tarballs.map((each) => {
    const budget = budgetOf(each.name, each.carries);
    return [
      `\`${each.name}\``,
      size(each.packedBytes, budget?.packed),
      size(unpackedBytes(each), budget?.unpacked),
      String(each.files.size),
    ];
  });
  const lines = [["package", "packed", "unpacked", "files"], ["---", "---", "---", "---"], ...rows];
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

function size(bytes: number, most: number | undefined): string {
  return most === undefined ? printSize(bytes) : `${printSize(bytes)} of ${printSize(most)}`;
}
