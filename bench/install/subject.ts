/** What is measured beside others. */
export type Subject = {
  readonly name: string;
  /** What it runs on. */
  readonly engine: string;
  /** Bytes of a fresh install, and how many packages it has. */
  readonly bytes: number;
  readonly packages: number;
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Prints the milliseconds from import to first answer within one process; null where that is not measured. */
  readonly here: readonly string[] | null;
  /** Prints `ready`, and serves until its standard input ends. */
  readonly serve: readonly string[];
  /** As `here`, with the service in the other process; it gets what stood behind `ready`. */
  readonly call: readonly string[];
};
