import { join } from "node:path";

import { lines } from "../../scripts/lib/lines.ts";

export const root = join(import.meta.dir, "..", "..");

/**
 * How long a test waits for what must happen, in milliseconds. Generous: a loaded machine is no failure. With thirty processes
 * for two cores a graph has taken more than 30 s to start.
 */
export const LIMIT_MS = 90_000;

/** A process that a test has started, with every line that it prints. */
export class Command implements AsyncDisposable {
  /** Standard output and standard error, in the order of arrival. */
  readonly output: string[] = [];
  /** Standard output alone. */
  readonly printed: string[] = [];
  readonly exited: Promise<number>;
  private readonly process: Bun.Subprocess<"ignore", "pipe", "pipe">;
  private readonly waiting = new Set<() => void>();

  /** Runs a Bun script of the repository, or what another program is given. */
  constructor(argv: readonly string[], environment: Record<string, string> = {}, program = process.execPath) {
    this.process = Bun.spawn([program, ...argv], {
      cwd: root,
      env: { ...process.env, ...environment },
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    const copied = [
      this.collect(this.process.stdout, [this.output, this.printed]),
      this.collect(this.process.stderr, [this.output]),
    ];
    this.exited = this.process.exited.then(async (code) => {
      await Promise.all(copied);
      for (const wake of this.waiting) wake();
      return code;
    });
  }

  get pid(): number {
    return this.process.pid;
  }

  get text(): string {
    return this.output.join("\n");
  }

  signal(signal: NodeJS.Signals): void {
    this.process.kill(signal);
  }

  /** The first line that matches, from all that has been and will be printed; from line `from` on. */
  async line(pattern: RegExp, from = 0): Promise<RegExpExecArray> {
    for (let at = from; ;) {
      for (; at < this.output.length; at++) {
        const match = pattern.exec(this.output[at] ?? "");
        if (match !== null) return match;
      }
      if (this.process.exitCode !== null && this.output.length === at) {
        await this.exited;
        if (this.output.length === at) throw new Error(`The process ended without printing ${pattern}:\n${this.text}`);
        continue;
      }
      await within(this.next(), `a line like ${pattern} in:\n${this.text}`);
    }
  }

  /** Sends a signal again and again until the process has ended: those that come together count as one. */
  async insist(signal: NodeJS.Signals): Promise<number> {
    const timer = setInterval(() => this.process.kill(signal), 100);
    try {
      return await within(this.exited, `the end after ${signal}`);
    } finally {
      clearInterval(timer);
    }
  }

  /** Ends the process by SIGTERM, or by SIGKILL if it does not obey. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.process.exitCode === null && this.process.signalCode === null) this.process.kill("SIGTERM");
    const timer = setTimeout(() => this.process.kill("SIGKILL"), LIMIT_MS / 2);
    await this.exited;
    clearTimeout(timer);
  }

  private next(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.waiting.add(resolve);
    return promise.finally(() => this.waiting.delete(resolve));
  }

  private async collect(stream: ReadableStream<Uint8Array>, into: readonly string[][]): Promise<void> {
    for await (const line of lines(stream)) {
      for (const list of into) list.push(line);
      for (const wake of this.waiting) wake();
    }
  }
}

/** Waits for something that must happen, and says what it was if it does not. */
export async function within<T>(promise: Promise<T>, what: string, limitMs = LIMIT_MS): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`Waited ${limitMs} ms for ${what}`)), limitMs);
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** Asks again and again until the answer is yes: for what nobody reports, such as the end of somebody else's process. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  what: string,
  limitMs = LIMIT_MS,
): Promise<void> {
  const end = Date.now() + limitMs;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`Waited ${limitMs} ms until ${what}.`);
    await Bun.sleep(10);
  }
}
