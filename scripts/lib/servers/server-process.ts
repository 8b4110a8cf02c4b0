import { lines } from "../lines.ts";

/** How long a server may take until it says that it is ready. */
const START_LIMIT_MS = 60_000;

/** How long a server has to end by itself. */
const STOP_LIMIT_MS = 10_000;

/** The last lines that are kept for messages. */
const KEPT_LINES = 40;

export interface ServerCommand {
  readonly name: string;
  readonly command: readonly string[];
  /** The line by which the server says that it takes connections. */
  readonly ready: RegExp;
}

/** A server for development and tests. It ends with the process that started it, however that ends. */
export class ServerProcess implements AsyncDisposable {
  readonly #server: ServerCommand;
  #child: Bun.Subprocess<"ignore", "pipe", "pipe"> | null = null;
  #output: string[] = [];

  constructor(server: ServerCommand) {
    this.#server = server;
  }

  /** Null while it does not run. */
  get pid(): number | null {
    return this.#child?.pid ?? null;
  }

  /** Starts it and waits until it takes connections. */
  async start(): Promise<void> {
    const { name, command, ready } = this.#server;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#output = [];
    const child = Bun.spawn([...diesWithParent(), ...command], { stdio: ["ignore", "pipe", "pipe"] });
    this.#child = child;
    const read = async (stream: ReadableStream<Uint8Array>): Promise<void> => {
      for await (const line of lines(stream)) {
        this.#output.push(line);
        if (this.#output.length > KEPT_LINES) this.#output.shift();
        if (ready.test(line)) resolve();
      }
    };
    const copied = Promise.all([read(child.stdout), read(child.stderr)]);
    const fail = (why: string): void => reject(new Error(`${name} ${why}:\n${this.#output.join("\n")}`));
    void child.exited.then(async (code) => {
      await copied;
      if (this.#child === child) this.#child = null;
      fail(`ended with ${child.signalCode ?? code} before it was ready`);
    });
    const timer = setTimeout(() => fail(`was not ready after ${START_LIMIT_MS / 1000} s`), START_LIMIT_MS);
    try {
      await promise;
    } catch (error) {
      await this.kill();
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Lets it end by itself; after a while it is killed. */
  async stop(): Promise<void> {
    const child = this.#child;
    if (child === null) return;
    child.kill("SIGTERM");
    // A paused one cannot end.
    child.kill("SIGCONT");
    const timer = setTimeout(() => child.kill("SIGKILL"), STOP_LIMIT_MS);
    await child.exited;
    clearTimeout(timer);
    this.#child = null;
  }

  /** Ends it at once. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (child === null) return;
    child.kill("SIGKILL");
    await child.exited;
    this.#child = null;
  }

  /** Stops the clock for it: connections stay, nothing answers. */
  pause(): void {
    this.#child?.kill("SIGSTOP");
  }

  resume(): void {
    this.#child?.kill("SIGCONT");
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}

/** Has the kernel end a program with its parent, where there is a tool for it. */
function diesWithParent(): string[] {
  const setpriv = process.platform === "linux" ? Bun.which("setpriv") : null;
  return setpriv === null ? [] : [setpriv, "--pdeathsig", "KILL", "--"];
}
