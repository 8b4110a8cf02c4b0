import { type Document, parseDocument } from "@stator/contract";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { Judges } from "./judges.ts";
import { mutateContract } from "./mutate-contract.ts";
import { Random } from "./random.ts";
import { randomContract } from "./random-contract.ts";

const path = join(import.meta.dir, "..", "fixtures", "generated", "document.json");

/** Lets both judges compare so many contracts of the fixture types with a changed version of themselves. */
export async function judgeAtRandom(pairs: number, seed: number): Promise<Judges> {
  const types: Document = parseDocument(readFileSync(path, "utf8"), path);
  const random = new Random(seed);
  const judges = new Judges();
  for (let made = 0; made < pairs; made += 2) {
    const contract = randomContract(types, random);
    // Both directions are judged.
    judges.addDocuments(contract, mutateContract(contract, random));
    if (made % 2_000 === 0) await judges.settle();
  }
  await judges.settle();
  return judges;
}
