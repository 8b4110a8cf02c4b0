import { ContractError } from "../contract-error.ts";

/** Steps that a comparison of honest documents never needs: a struct of ten fields takes about thirty. */
const MOST_STEPS = 1_000_000;

/** Types within types, on one way down. */
const MOST_DEPTH = 1_000;

/** Counts the steps of a comparison, so that no document can keep it busy for long, whoever wrote it. */
export class Effort {
  #left: number;
  #depth = 0;

  constructor(steps: number = MOST_STEPS) {
    this.#left = steps;
  }

  /** Throws a {@link ContractError} when there were too many. */
  spend(steps: number): void {
    this.#left -= steps;
    if (this.#left < 0) throw tooIntricate();
  }

  /** One type further down; {@link leave} comes back. Throws a {@link ContractError} when it is too deep. */
  enter(): void {
    this.spend(1);
    this.#depth += 1;
    if (this.#depth > MOST_DEPTH) throw tooIntricate();
  }

  leave(): void {
    this.#depth -= 1;
  }
}

function tooIntricate(): ContractError {
  return new ContractError(["the documents are too intricate to be compared"]);
}
