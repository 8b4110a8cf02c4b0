/** Something that did not work, though it was asked for rightly. Exit code 1, told without a stack. */
export class CommandFailure extends Error {
  override readonly name = "CommandFailure";
}
