import { ContractError } from "./contract-error.ts";
import { documentVersion, type Document } from "./document.ts";

/**
 * Reads the text of a document. `source` says in messages where it came from.
 *
 * Only the version is checked: the text comes from `stator-contract` of the same release.
 */
export function parseDocument(text: string, source: string): Document {
  let document: Document;
  try {
    document = JSON.parse(text, exactIntegers as (key: string, value: unknown) => unknown) as Document;
  } catch (error) {
    throw new ContractError([`${source} is not JSON: ${(error as Error).message}`]);
  }
  if (document === null || typeof document !== "object" || document.version !== documentVersion) {
    throw new ContractError([
      `${source} is not a document of version ${documentVersion}. ` +
        "Use stator-contract and @stator/codegen of the same release.",
    ]);
  }
  return document;
}

/** Default values and limits may be integers that a number cannot hold. */
function exactIntegers(_key: string, value: unknown, context: { source: string }): unknown {
  return typeof value === "number" && !Number.isSafeInteger(value) && /^-?\d+$/.test(context.source)
    ? BigInt(context.source)
    : value;
}
