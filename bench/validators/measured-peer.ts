import { join } from "node:path";

/** A process that measures one library, and waits between its turns. */
export class MeasuredPeer {
  readonly #what: string;
  readonly #child: Bun.Subprocess<"pipe", "pipe", "inherit">;
  readonly #answers: AsyncGenerator<string>;

  constructor(peer: string, shape: string, task: string) {
    this.#what = `${peer}, ${shape}, ${task}`;
    const command = [process.execPath, join(import.meta.dir, "measure-peer.ts"), peer, shape, task];
    this.#child = Bun.spawn(command, { stdin: "pipe", stdout: "pipe", stderr: "inherit" });
    this.#answers = lines(this.#child.stdout);
  }

  /** Lets it run for a time. Returns how many values a second it got through. */
  async turn(milliseconds: number): Promise<number> {
    await this.#child.stdin.write(`${milliseconds}\n`);
    await this.#child.stdin.flush();
    const { value, done } = await this.#answers.next();
    if (done === true) throw new Error(`${this.#what}: ended with ${await this.#child.exited}`);
    return Number(value);
  }

  async end(): Promise<void> {
    await this.#child.stdin.end();
    await this.#child.exited;
  }
}

async function* lines(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of stream) {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = parts.pop() ?? "";
    yield* parts;
  }
}
