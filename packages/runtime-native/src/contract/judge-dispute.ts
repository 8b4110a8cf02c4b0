import type { Dispute } from "../generated/types/dispute.ts";
import type { Judgement } from "../generated/types/judgement.ts";
import { documentOf, type EndpointContract, shortHash } from "./endpoint-contract.ts";

/**
 * Compares the contract of one of our clients with that of a service, whose document may be anything. Never throws.
 *
 * Programs that never meet another contract load nothing for this.
 */
export async function judgeDispute(
  own: Iterable<EndpointContract>,
  document: string,
  dispute: string,
): Promise<Judgement> {
  try {
    const { ours, theirs, path } = JSON.parse(dispute) as Dispute;
    const contract = [...own].find(({ hash }) => shortHash(hash) === ours);
    if (contract === undefined) return { outcome: "unknown", problem: "the client has been closed" };
    const mine = await documentOf(path, contract);
    const { judgeContracts } = await import("@stator/contract");
    const { hash } = contract;
    const judgement = judgeContracts({ hash, document: mine }, { hash: theirs, document });
    return judgement.outcome === "incompatible" ? { ...judgement, breaks: [...judgement.breaks] } : judgement;
  } catch (error) {
    return { outcome: "unknown", problem: error instanceof Error ? error.message : String(error) };
  }
}
