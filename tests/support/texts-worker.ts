import { Command, within } from "./command.ts";

/** A release of the contract `generations.texts`: the second one fits the first, the third one does not. */
export type Release = 1 | 2 | 3;

/** A worker of a release, in a process of its own. */
export class TextsWorker implements AsyncDisposable {
  private constructor(
    private readonly command: Command,
    readonly id: bigint,
  ) {}

  static async inTypeScript(release: Release, folder: string, ...more: string[]): Promise<TextsWorker> {
    const command = new Command(["tests/e2e/fixtures/generations.ts", String(release), folder, ...more]);
    const [, id = ""] = await command.line(/^ready (\d+)/);
    return new TextsWorker(command, BigInt(id));
  }

  /** `program` is that of the crate `stator-service-fixtures`. */
  static async inRust(program: string, release: Release, folder: string): Promise<TextsWorker> {
    const command = new Command(["worker", String(release)], { DYN_FILE_KV: folder }, program);
    const [, id = ""] = await command.line(/serving generations\.texts instance=(\d+)/);
    return new TextsWorker(command, BigInt(id));
  }

  /** How many calls its handlers have got: the third release says so. */
  get calls(): number {
    return this.command.output.filter((line) => /\bcalled\b/.test(line)).length;
  }

  /** Lets it drain and end. */
  async stop(): Promise<number> {
    this.command.signal("SIGTERM");
    return within(this.command.exited, "the worker's end");
  }

  kill(): void {
    this.command.signal("SIGKILL");
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.command[Symbol.asyncDispose]();
  }
}
