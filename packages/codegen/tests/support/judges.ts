import { type ContractText, type Document, type Judgement, judgeContracts, sealDocument } from "@stator/contract";

import { type Dispute, judgeInRust } from "./judge-in-rust.ts";

/** Disputes that are given to both judges at a time. */
const AT_ONCE = 2_000;

/** Collects disputes, and compares what the judges in TypeScript and in Rust make of them. */
export class Judges {
  readonly #disputes: Dispute[] = [];
  readonly outcomes = { compatible: 0, incompatible: 0, unknown: 0 };
  /** One text for each dispute about which they differ. */
  readonly differences: string[] = [];

  /** What TypeScript says; Rust is asked later. */
  judge(caller: ContractText, service: ContractText): Judgement {
    this.#disputes.push([caller, service]);
    return judgeContracts(caller, service);
  }

  /** Both directions of each endpoint that both documents have. */
  addDocuments(before: Document, after: Document): void {
    const [old, now] = [before, after].map(contractsOf) as [Map<string, ContractText>, Map<string, ContractText>];
    for (const [place, one] of old) {
      const other = now.get(place);
      if (other !== undefined) this.#disputes.push([one, other], [other, one]);
    }
  }

  /** Asks Rust about all disputes since the last time. */
  async settle(): Promise<void> {
    for (let disputes = this.#take(); disputes.length > 0; disputes = this.#take()) {
      const inRust = await judgeInRust(disputes);
      for (const [index, sides] of disputes.entries()) this.#compare(sides, inRust[index]);
    }
  }

  #take(): Dispute[] {
    return this.#disputes.splice(0, AT_ONCE);
  }

  #compare([caller, service]: Dispute, inRust: Judgement | undefined): void {
    const ours = judgeContracts(caller, service);
    this.outcomes[ours.outcome] += 1;
    if (Bun.deepEquals(said(ours), said(inRust))) return;
    const texts = [ours, inRust, caller.document, service.document].map((part) =>
      JSON.stringify(part)?.slice(0, 4_000),
    );
    this.differences.push(`TypeScript says ${texts[0]}, Rust ${texts[1]} of ${texts[2]} and ${texts[3]}`);
  }
}

/** A judgement without what each language says in its own words: why text cannot be read. */
function said(judgement: Judgement | undefined): unknown {
  const isUnreadable = judgement?.outcome === "unknown" && /is not JSON: |cannot be read: /.test(judgement.problem);
  return isUnreadable ? { outcome: "unknown" } : judgement;
}

/** The contract of each endpoint, by its place. */
function contractsOf(unsealed: Document): Map<string, ContractText> {
  const { document, text } = sealDocument(unsealed);
  return new Map(
    document.services.flatMap((service) =>
      service.endpoints.map(({ name, hash }) => [`${service.name}.${name}`, { hash, document: text }] as const),
    ),
  );
}
