import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "bun:test";

import { Etcd } from "../../scripts/lib/servers/etcd.ts";
import { lines } from "../../scripts/lib/lines.ts";
import { Command, until, within } from "../support/command.ts";

const PROCESSES = 20;
const LIMIT_MS = 300_000;
const REST_MS = 5000;

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

/** A back end that nobody uses yet. */
async function backEnd(name: "etcd" | "file", stack: AsyncDisposableStack): Promise<Record<string, string>> {
  if (name === "etcd") {
    const etcd = stack.use(await Etcd.start());
    // Long enough that nobody goes because its lease has ended.
    return { DYN_DISCOVERY_BACKEND: "etcd", ETCD_ENDPOINTS: etcd.endpoint, ETCD_LEASE_TTL: "600" };
  }
  const folder = mkdtempSync(join(tmpdir(), "stator-scale-"));
  stack.defer(() => rmSync(folder, { recursive: true, force: true }));
  return { DYN_DISCOVERY_BACKEND: "file", DYN_FILE_KV: folder };
}

const rows: Record<string, string | number>[] = [];

test.each((["etcd", "file"] as const).flatMap((name) => [10, 100, 1000].map((count) => ({ name, count }))))(
  "$count instances of one endpoint in $name: a client's view converges, and sees one leave",
  async ({ name, count }) => {
    await using stack = new AsyncDisposableStack();
    const environment = await backEnd(name, stack);
    const watcher = stack.use(await Watcher.start(environment));
    const empty = await watcher.sees(0);
    const processes = Math.min(PROCESSES, count);
    const from = performance.now();
    const workers = Array.from({ length: processes }, () =>
      stack.use(new Command(["tests/full/fixtures/many-instances.ts", String(count / processes)], environment)),
    );
    const followed = watcher.sees(count);
    const registered = Promise.all(
      workers.map((worker) => until(() => worker.printed.includes("ready"), "a process has registered", LIMIT_MS)),
    );
    await within(registered, `${count} instances register`, LIMIT_MS);
    const allThere = performance.now();
    const grown = await followed;
    const lag = Math.max(0, performance.now() - allThere);
    expect(grown.answer).toBeTrue();

    // A client that comes when all are there.
    const lateFrom = performance.now();
    const late = stack.use(await Watcher.start(environment));
    const first = await late.sees(count);
    // Both began with nothing.
    const lateCpuMs = first.cpuMs - empty.cpuMs;
    const lateMs = performance.now() - lateFrom;
    expect(first.answer).toBeTrue();

    // What it takes to know them while nothing changes.
    await Bun.sleep(REST_MS);
    const rest = await late.sees(count);

    const leaveFrom = performance.now();
    workers[0]?.signal("SIGUSR1");
    await watcher.sees(count - 1);
    const leaveMs = performance.now() - leaveFrom;
    // Its record would have stayed for much longer if nobody had taken it away.
    expect(leaveMs).toBeLessThan(1000);
    rows.push({
      "back end": name,
      instances: count,
      "all registered s": ((allThere - from) / 1000).toFixed(1),
      "seen after that ms": lag.toFixed(0),
      "client CPU ms": grown.cpuMs.toFixed(0),
      "client MiB more": (grown.mib - empty.mib).toFixed(1),
      "late client s (start included)": (lateMs / 1000).toFixed(2),
      "late client CPU ms": lateCpuMs.toFixed(0),
      "at rest CPU ms/s": (rest.cpuMs / (REST_MS / 1000)).toFixed(1),
      "one leaves ms": leaveMs.toFixed(0),
    });
    // eslint-disable-next-line no-console -- the result
    console.table(rows);
  },
);
