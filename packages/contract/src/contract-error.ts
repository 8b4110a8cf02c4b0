/** What is wrong with a contract. Each problem is a sentence that says where, what and what to do. */
export class ContractError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join("\n"));
    this.name = new.target.name;
    this.problems = problems;
  }
}
