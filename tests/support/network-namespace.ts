import { lines } from "../../scripts/lib/lines.ts";
import { within } from "./command.ts";

/** A network namespace without a name. It lasts as long as its holder, and that ends with the process that made it. */
export class Namespace implements AsyncDisposable {
  private constructor(
    private readonly holder: Bun.Subprocess<"pipe", "pipe", "pipe">,
    /** What runs a program inside. */
    readonly enter: readonly string[],
  ) {}

  /** @param beside one that belongs to the same user namespace, where one is needed. */
  static async create(beside?: Namespace): Promise<Namespace> {
    const isRoot = process.getuid?.() === 0;
    const unshare =
      isRoot || beside !== undefined ? ["unshare", "--net"] : ["unshare", "--user", "--map-root-user", "--net"];
    // It waits for the end of its input, which comes even when this process is killed.
    const hold = [...(beside?.enter ?? []), ...unshare, "sh", "-c", "echo held; exec cat"];
    const holder = Bun.spawn(hold, { stdio: ["pipe", "pipe", "pipe"] });
    const { value } = await within(lines(holder.stdout).next(), "a network namespace");
    if (value !== "held") throw new Error(`There is no network namespace: ${await holder.stderr.text()}`);
    const user = isRoot ? [] : ["--user", "--preserve-credentials"];
    return new Namespace(holder, ["nsenter", `--target=${holder.pid}`, ...user, "--net", "--"]);
  }

  get pid(): number {
    return this.holder.pid;
  }

  /** Runs a program inside to its end. Throws with what it says when it fails. */
  async run(command: readonly string[], input = ""): Promise<void> {
    const child = Bun.spawn([...this.enter, ...command], { stdio: [Buffer.from(input), "pipe", "pipe"] });
    const said = await child.stderr.text();
    const code = await child.exited;
    if (code !== 0) throw new Error(`${command.join(" ")} ended with ${code}: ${said}${input}`);
  }

  /** Commands of `ip`, one after another. */
  ip(...commands: readonly string[]): Promise<void> {
    return this.run(["ip", "-batch", "-"], commands.map((command) => `${command}\n`).join(""));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.holder.stdin.end();
    await within(this.holder.exited, "the end of a network namespace");
  }
}
