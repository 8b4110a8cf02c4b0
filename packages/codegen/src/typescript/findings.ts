/** Where something was found. */
export type Where = {
  /** From the endpoint on: `Backend.generate input (Words).text`. */
  readonly path: string;
  /** From the nearest type with a name on: what is found there again in another endpoint is the same. */
  readonly short: string;
};

/** What is wrong with services, and what clients will not check. Each sentence says where. */
export class Findings {
  /** Nothing can be generated. */
  readonly problems: string[] = [];
  /** What is generated is wider than the schema; the service still checks. */
  readonly notes: string[] = [];
  readonly #seen = new Set<string>();

  problem(where: Where | string, sentence: string): void {
    this.#add(this.problems, where, sentence);
  }

  note(where: Where | string, sentence: string): void {
    this.#add(this.notes, where, sentence);
  }

  #add(list: string[], where: Where | string, sentence: string): void {
    const { path, short } = typeof where === "string" ? { path: where, short: where } : where;
    const found = `${short}: ${sentence}`;
    if (this.#seen.has(found)) return;
    this.#seen.add(found);
    list.push(`${path}: ${sentence}`);
  }
}
