import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { DistributedRuntime, type RuntimeOptions } from "@stator/runtime-native";

import type { Nats } from "../../scripts/lib/servers/nats.ts";
import { counter } from "./metrics.ts";

/** Folders of a test file where runtimes find each other that talk over NATS. */
export class NatsPlace implements Disposable {
  readonly #base = mkdtempSync(join(tmpdir(), "stator-nats-plane-"));

  folder(name: string): string {
    return mkdtempSync(join(this.#base, `${name}-`));
  }

  [Symbol.dispose](): void {
    rmSync(this.#base, { recursive: true, force: true, maxRetries: 5 });
  }
}

export function runtimeOn(nats: Nats, folder: string, more: Partial<RuntimeOptions> = {}): Promise<DistributedRuntime> {
  const place = { discovery: "file", filePath: folder, requestPlane: "nats", natsServer: nats.url } as const;
  return DistributedRuntime.create({ ...place, systemPort: 0, ...more });
}

/** How often that was counted of peers; 0 before the first time. */
export function fault(runtime: DistributedRuntime, name: string): Promise<number> {
  return counter(runtime, `stator_dynamo_faults_total{fault="${name}"`).catch(() => 0);
}

export async function* echo(request: unknown): AsyncGenerator {
  yield request;
}
