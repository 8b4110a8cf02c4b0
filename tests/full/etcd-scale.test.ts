import { expect, test } from "bun:test";

import { Etcd } from "../../scripts/lib/servers/etcd.ts";
import { lines } from "../../scripts/lib/lines.ts";
import { Command, within } from "../support/command.ts";

const PROCESSES = 20;
const LIMIT_MS = 300_000;

interface Sight {
  readonly wanted: number;
  readonly answer: boolean;
  readonly cpuMs: number;
  readonly mib: number;
}

/** The client whose view is measured, in a process of its own. */
class Watcher implements AsyncDisposable {
  readonly #child: Bun.Subprocess<"pipe", "pipe", "inherit">;
  readonly #lines: AsyncGenerator<string>;

  private constructor(environment: Record<string, string>) {
    this.#child = Bun.spawn([process.execPath, "tests/full/fixtures/scale-watcher.ts"], {
      env: { ...process.env, ...environment },
      stdio: ["pipe", "pipe", "inherit"],
    });
    this.#lines = lines(this.#child.stdout);
  }

  static async start(environment: Record<string, string>): Promise<Watcher> {
    const watcher = new Watcher(environment);
    await within(watcher.#lines.next(), "the watcher");
    return watcher;
  }

  /** Resolves when it sees exactly so many instances. */
  async sees(count: number): Promise<Sight> {
    void this.#child.stdin.write(`${count}\n`);
    void this.#child.stdin.flush();
    const { value } = await within(this.#lines.next(), `${count} instances`, LIMIT_MS);
    return JSON.parse(String(value)) as Sight;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    void this.#child.stdin.end();
    await this.#child.exited;
  }
}

const rows: Record<string, string | number>[] = [];

test.each([10, 100, 1000])(
  "%i instances of one endpoint: a client's view converges, and sees one leave",
  async (count) => {
    await using etcd = await Etcd.start();
    // Long enough that nobody goes because its lease has ended.
    const environment = { ETCD_ENDPOINTS: etcd.endpoint, ETCD_LEASE_TTL: "600", DYN_DISCOVERY_BACKEND: "etcd" };
    await using watcher = await Watcher.start(environment);
    const empty = await watcher.sees(0);
    const processes = Math.min(PROCESSES, count);
    await using stack = new AsyncDisposableStack();
    const from = performance.now();
    const workers = Array.from({ length: processes }, () =>
      stack.use(new Command(["tests/full/fixtures/many-instances.ts", String(count / processes)], environment)),
    );
    const followed = watcher.sees(count);
    const registered = Promise.all(
      workers.map(async (worker) => {
        while (!worker.output.includes("ready")) await within(Bun.sleep(5), "it");
      }),
    );
    await within(registered, `${count} instances register`, LIMIT_MS);
    const allThere = performance.now();
    const grown = await followed;
    const lag = Math.max(0, performance.now() - allThere);
    expect(grown.answer).toBeTrue();

    // A client that comes when all are there.
    const lateFrom = performance.now();
    await using late = await Watcher.start(environment);
    const first = await late.sees(count);
    const lateMs = performance.now() - lateFrom;
    expect(first.answer).toBeTrue();

    const leaveFrom = performance.now();
    workers[0]?.signal("SIGUSR1");
    await watcher.sees(count - 1);
    const leaveMs = performance.now() - leaveFrom;
    // The lease would have kept it for minutes.
    expect(leaveMs).toBeLessThan(1000);
    rows.push({
      instances: count,
      "all registered s": ((allThere - from) / 1000).toFixed(1),
      "seen after that ms": lag.toFixed(0),
      "client CPU ms": grown.cpuMs.toFixed(0),
      "client CPU ms an instance": (grown.cpuMs / count).toFixed(2),
      "client MiB more": (grown.mib - empty.mib).toFixed(1),
      "late client s (start included)": (lateMs / 1000).toFixed(2),
      "one leaves ms": leaveMs.toFixed(0),
    });
    // eslint-disable-next-line no-console -- the result
    console.table(rows);
  },
);
