/** Where a server for development or tests runs: another network than that of this process. */
export interface ServerPlace {
  /** The address that it listens on. */
  readonly address: string;
  /** What runs a program there: a command that takes the program and its arguments. */
  readonly enter: readonly string[];
}

/** The network of this process, loopback alone. */
export const LOOPBACK: ServerPlace = { address: "127.0.0.1", enter: [] };
