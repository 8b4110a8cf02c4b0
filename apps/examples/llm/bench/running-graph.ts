import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

import { DistributedRuntime } from "@stator/runtime-native";

const ROOT = resolve(import.meta.dir, "../../../..");
const STATOR = join(ROOT, "packages/sdk/src/cli/stator.ts");
/** How long a graph has to start and to end, in milliseconds. */
const START_MS = 120_000;
const STOP_MS = 20_000;

/** A graph under `stator serve`, its services in processes of their own, with a discovery that nobody else sees. */
export class RunningGraph implements AsyncDisposable {
  private constructor(
    /** Joins the graph as one more process. */
    readonly runtime: DistributedRuntime,
    /** Where HTTP listens; empty where nothing does. */
    readonly url: string,
    private readonly child: Bun.Subprocess<"ignore", "pipe", "pipe">,
    private readonly folder: string,
  ) {}

  /** Starts `<file>#<Name>`, with settings such as `--MockEngine.workers=4`. Resolves when all of it is ready. */
  static async start(target: string, settings: readonly string[]): Promise<RunningGraph> {
    const folder = mkdtempSync(join(tmpdir(), "stator-llm-bench-"));
    const discovery = { DYN_DISCOVERY_BACKEND: "file", DYN_FILE_KV: join(folder, "discovery") };
    const child = Bun.spawn([process.execPath, STATOR, "serve", target, "--port", "0", ...settings], {
      cwd: ROOT,
      env: { ...process.env, ...discovery, STATOR_RUN_DIR: join(folder, "run"), DYN_LOG: "error" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const errors = new Response(child.stderr).text();
    try {
      const url = await ready(child.stdout);
      const runtime = await DistributedRuntime.create({ discovery: "file", filePath: discovery.DYN_FILE_KV });
      return new RunningGraph(runtime, url, child, folder);
    } catch (error) {
      child.kill();
      await child.exited;
      rmSync(folder, { recursive: true, force: true });
      throw new Error(`${target} did not start: ${String(error)}\n${(await errors).slice(-4000)}`, { cause: error });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.runtime.shutdown();
    this.child.kill("SIGTERM");
    const timer = setTimeout(() => this.child.kill("SIGKILL"), STOP_MS);
    await this.child.exited;
    clearTimeout(timer);
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** What stands behind `ready`; what is printed after it is read and dropped. */
async function ready(output: ReadableStream<Uint8Array>): Promise<string> {
  const found = Promise.withResolvers<string>();
  void (async () => {
    let text = "";
    const decoder = new TextDecoder();
    for await (const chunk of output) {
      text = (text + decoder.decode(chunk, { stream: true })).slice(-65_536);
      const line = /^ready\b *(.*)$/m.exec(text);
      if (line !== null) found.resolve(line[1] ?? "");
    }
    found.reject(new Error("it has ended"));
  })().catch(found.reject);
  const timer = setTimeout(() => found.reject(new Error(`it is not ready after ${START_MS} ms`)), START_MS);
  return found.promise.finally(() => clearTimeout(timer));
}
