/** Why nothing could be generated. Each problem is a sentence that says where, what and what to do. */
export class GenerationError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join("\n"));
    this.name = "GenerationError";
    this.problems = problems;
  }
}
