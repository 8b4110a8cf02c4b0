import { ContractError } from "../contract-error.ts";
import { Model } from "../model/model.ts";
import { Hashes } from "../hash/hashes.ts";
import { parseUnchecked } from "../parse-document.ts";
import { callerBreaks } from "./caller-breaks.ts";
import type { ContractSide } from "./message-breaks.ts";

// `judgement.rs` of `crates/stator-judge` is the same in Rust; `packages/codegen/tests/judge-agreement.test.ts` ties the two.

/** The contract of an endpoint as it travels. */
export type ContractText = {
  /** Of the endpoint; a part of it, from its begin, will do. */
  readonly hash: string;
  /** The text of a document that holds it. */
  readonly document: string;
};

export type Judgement =
  | { readonly outcome: "compatible" }
  | { readonly outcome: "incompatible"; readonly breaks: readonly string[] }
  /** One of the documents is not what it should be. */
  | { readonly outcome: "unknown"; readonly problem: string };

/** Sentences that are passed on, and the length of each. */
const MOST_BREAKS = 8;
const MOST_LENGTH = 500;

/**
 * Whether a caller with one contract can use a service with the other. The service's document may come from anywhere:
 * whatever it holds, this ends soon and throws nothing.
 */
export function judgeContracts(caller: ContractText, service: ContractText): Judgement {
  try {
    const ours = readSide(caller, "the caller's document");
    const theirs = readSide(service, "the service's document");
    const breaks = callerBreaks(ours, theirs);
    if (breaks.length === 0) return { outcome: "compatible" };
    return { outcome: "incompatible", breaks: breaks.slice(0, MOST_BREAKS).map(shorten) };
  } catch (error) {
    // A document that is no document fails anywhere: a list that is none, a type that contains itself.
    const reason = error instanceof ContractError ? error.message : `a document cannot be read: ${String(error)}`;
    return { outcome: "unknown", problem: shorten(reason) };
  }
}

/** The endpoint whose contract was promised. Its hash is computed anew: a document may say anything of itself. */
function readSide({ hash, document: text }: ContractText, source: string): ContractSide {
  const document = parseUnchecked(text, source);
  for (const [place, service] of document.services.entries()) {
    const index = service.endpoints.findIndex((endpoint) => endpoint.hash.startsWith(hash));
    const endpoint = service.endpoints[index];
    if (endpoint === undefined) continue;
    if (new Hashes(document, text).endpoint(place, index) === endpoint.hash) {
      return { model: new Model(document), endpoint };
    }
    throw new ContractError([`${source} has another content than that of the contract ${hash}`]);
  }
  throw new ContractError([`${source} does not hold the contract ${hash}`]);
}

function shorten(text: string): string {
  return text.length > MOST_LENGTH ? `${text.slice(0, MOST_LENGTH).toWellFormed()}…` : text;
}
