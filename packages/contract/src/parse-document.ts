import { ContractError } from "./contract-error.ts";
import { documentVersion, type Document } from "./document.ts";
import { checkHashes } from "./hash/check-hashes.ts";

/**
 * Reads the text of a document. `source` says in messages where it came from.
 *
 * The version and the hashes are checked, not the form: the text comes from `stator-contract` or `stator-codegen` of the
 * same release, and a hash is wrong when it was changed afterwards.
 */
export function parseDocument(text: string, source: string): Document {
  const document = parseUnchecked(text, source);
  const wrong = wrongHashes(document, text, source);
  if (wrong.length > 0) {
    throw new ContractError([
      `${source} was changed by hand: the hash of ${wrong.join(", ")} is that of another content. ` +
        "Change the source of the contract, and generate the document again.",
    ]);
  }
  return document;
}

/** The same, with hashes that nobody has checked. */
export function parseUnchecked(text: string, source: string): Document {
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

function wrongHashes(document: Document, text: string, source: string): string[] {
  try {
    return checkHashes(document, text);
  } catch (error) {
    // What was changed by hand can have any form.
    throw new ContractError([`${source} is not a document: ${(error as Error).message}. Generate it again.`]);
  }
}

/** Default values and limits may be integers that a number cannot hold. */
function exactIntegers(_key: string, value: unknown, context: { source: string }): unknown {
  return typeof value === "number" && !Number.isSafeInteger(value) && /^-?\d+$/.test(context.source)
    ? BigInt(context.source)
    : value;
}
