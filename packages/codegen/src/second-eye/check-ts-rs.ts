import type { Model } from "@stator/contract";
import { expectedShape } from "./expected-type.ts";
import { findDifference } from "./find-difference.ts";
import { normalise } from "./normalise.ts";
import { parseTsType } from "./parse-ts-type.ts";
import { print, type TsType } from "./ts-type.ts";

/**
 * Compares each type of the document with what ts-rs says about it: two readings of one source that do not know of each
 * other. Returns a sentence for each disagreement.
 */
export function checkTsRs(model: Model): string[] {
  const problems: string[] = [];
  const parsed = new Map<string, TsType>();
  const names = new Map<string, string>();
  for (const type of model.document.types) {
    if (type.tsRs === undefined) continue;
    try {
      names.set(print(parseTsType(type.tsRs.name)), type.name);
      parsed.set(type.name, parseTsType(type.tsRs.inline));
    } catch (error) {
      problems.push(
        `${type.rust}: ts-rs writes a type that cannot be read (${(error as Error).message}): ${type.tsRs.inline}`,
      );
    }
  }
  for (const [typeName, type] of parsed) {
    const { rust, shape } = model.type(typeName);
    try {
      const theirs = normalise(type, names, (name) => parsed.get(name) ?? null);
      const difference = findDifference(expectedShape(model, shape), theirs, rust);
      if (difference !== null)
        problems.push(`${difference}. Bring the #[ts(...)] and #[contract(...)] attributes together.`);
    } catch (error) {
      problems.push(`${rust}: ts-rs writes a type that cannot be compared: ${(error as Error).message}`);
    }
  }
  return problems;
}
