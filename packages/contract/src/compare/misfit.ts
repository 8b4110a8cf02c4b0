/** A value that one side may write and the other refuses to read, or reads as something else. */
export type Misfit = {
  /** Inside of the message: `words[].text`. Empty for the message itself. */
  readonly path: string;
  readonly reason: string;
};
