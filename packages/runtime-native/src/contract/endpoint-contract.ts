import { StatorError } from "../stator-error.ts";

/** Digits of a hash that count, and that travel: 128 bits. */
export const HASH_DIGITS = 32;

/** What identifies the contract of one endpoint: an entry of `endpoints` in a contract that `stator-codegen` wrote. */
export interface EndpointContract {
  /** SHA-256 over the endpoint and its types, in hex. The first 32 digits count. */
  readonly hash: string;
  /**
   * A document that holds the endpoint, as JSON text, or a function that loads it. A service needs it when it starts, a
   * caller only when it meets an instance with another hash. At most 1 MiB.
   */
  readonly document: string | (() => string | Promise<string>);
}

/** The contract, null for none. Throws `invalid_argument` for what is no contract. */
export function checkContract(path: string, contract: EndpointContract | undefined): EndpointContract | null {
  if (contract === undefined) return null;
  const { hash, document } = contract;
  if (typeof hash !== "string" || !/^[0-9a-f]{32,64}$/.test(hash)) {
    throw new StatorError(
      "invalid_argument",
      `contract.hash of ${path} is ${JSON.stringify(hash) ?? "missing"}; ` +
        "pass an endpoint of a contract that stator-codegen wrote, such as BackendContract.endpoints.generate",
    );
  }
  if (typeof document !== "string" && typeof document !== "function") {
    throw new StatorError(
      "invalid_argument",
      `contract.document of ${path} is a ${typeof document}; pass JSON text, or a function that loads it`,
    );
  }
  return contract;
}

/** The text of the document. Throws `invalid_argument` if it cannot be loaded, or is that of another contract. */
export async function documentOf(where: string, { hash, document }: EndpointContract): Promise<string> {
  const text = typeof document === "string" ? document : await load(where, document);
  if (typeof text === "string" && text.includes(hash)) return text;
  const problem = typeof text === "string" ? `does not hold the contract ${shortHash(hash)}` : `is a ${typeof text}`;
  throw new StatorError("invalid_argument", `contract.document of ${where} ${problem}; generate it again`);
}

/** A hash as it stands in discovery, in `context.callerContract` and in messages. */
export function shortHash(hash: string): string {
  return hash.slice(0, HASH_DIGITS);
}

async function load(where: string, document: () => string | Promise<string>): Promise<string> {
  try {
    return await document();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new StatorError("invalid_argument", `contract.document of ${where} cannot be loaded: ${reason}`, { cause });
  }
}
