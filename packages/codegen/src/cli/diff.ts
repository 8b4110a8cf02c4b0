import { compareDocuments, type Document, parseDocument, printChanges } from "@stator/contract";
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { UsageError } from "./arguments.ts";

/** `stator-codegen diff old.json new.json [--json]`. Says whether old and new still work together. */
export function diff(parameters: readonly string[], print: (text: string) => void): boolean {
  const { files, json } = parse(parameters);
  const [before, after] = files.map(read) as [Document, Document];
  const changes = compareDocuments(before, after);
  const compatible = changes.every((change) => change.breaks === null);
  print(json ? JSON.stringify({ compatible, changes }, null, 2) : printChanges(changes));
  return compatible;
}

function parse(parameters: readonly string[]): { files: [string, string]; json: boolean } {
  try {
    const { values, positionals } = parseArgs({
      args: [...parameters],
      options: { json: { type: "boolean", default: false } },
      allowPositionals: true,
    });
    const [before, after, ...more] = positionals;
    if (before === undefined || after === undefined || more.length > 0) throw new Error("diff takes two documents");
    return { files: [before, after], json: values.json };
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
}

function read(path: string): Document {
  try {
    return parseDocument(readFileSync(path, "utf8"), path);
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
}
