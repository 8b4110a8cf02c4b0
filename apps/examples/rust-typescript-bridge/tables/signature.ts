import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const folder = join(import.meta.dir, "..", "type-mapping", "generated", "bindings");
const stubs = readdirSync(folder).map((name) => readFileSync(join(folder, name), "utf8"));

/** What a stub takes and gives, as the generated file says it: one type where both are the same. */
export function signatureOf(name: string): string {
  const signature = new RegExp(`^export function ${name}\\((?:value\\??: ([^]*?))?\\): ([^]*?) \\{$`, "m");
  const [, takes = "", gives = ""] = stubs.map((text) => signature.exec(text)).find((match) => match !== null) ?? [];
  if (gives === "") throw new Error(`${name}: no stub`);
  return takes === gives || takes === "" ? gives : `${takes} > ${gives}`;
}
