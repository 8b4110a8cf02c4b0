import { expect, test } from "bun:test";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { UsageError } from "../cli/usage-error.ts";
import { LogBuffer } from "../supervisor/log-buffer.ts";
import { type Controlled, ControlServer } from "./control-server.ts";
import type { GraphStatus } from "./graph-status.ts";

const STATUS: GraphStatus = {
  pid: 1,
  target: "a.ts#A",
  folder: "/",
  startedAt: "2026-11-26T00:00:00.000Z",
  state: "running",
  url: null,
  systemUrl: null,
  services: [],
};

class Scaled implements Controlled {
  readonly logs = new LogBuffer();
  readonly asked: unknown[] = [];

  status(): GraphStatus {
    return STATUS;
  }

  explanations(): [] {
    return [];
  }

  async scale(service: string, workers: number): Promise<void> {
    if (service !== "A") throw new UsageError(`no ${service}`);
    this.asked.push([service, workers]);
  }

  async restart(service: string | null): Promise<void> {
    if (service === "broken") throw new Error("it did not start");
    this.asked.push(service);
  }

  serviceId(name: string): string {
    return name;
  }
}

test("answers on a private socket, and refuses what it cannot do", async () => {
  const folder = mkdtempSync(join(tmpdir(), "stator-control-"));
  const controlled = new Scaled();
  {
    using server = ControlServer.open(controlled, folder);
    expect(statSync(server.path).mode & 0o777).toBe(0o600);
    const ask = async (path: string, body?: unknown) => {
      const post = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
      const response = await fetch(`http://stator${path}`, { unix: server.path, ...post } as BunFetchRequestInit);
      return [response.status, await response.json()];
    };
    expect(await ask("/status")).toEqual([200, STATUS]);
    expect(await ask("/scale", { service: "A", workers: 2 })).toEqual([200, STATUS]);
    expect(await ask("/restart", { service: null })).toEqual([200, STATUS]);
    expect(controlled.asked).toEqual([["A", 2], null]);
    expect(await ask("/scale", { service: "B", workers: 2 })).toEqual([400, { error: "no B" }]);
    expect(await ask("/scale", { service: "A", workers: 0 })).toMatchObject([400, {}]);
    expect(await ask("/scale", { service: "A" })).toMatchObject([400, {}]);
    expect(await ask("/restart", {})).toMatchObject([400, {}]);
    expect(await ask("/restart", { service: "broken" })).toEqual([500, { error: "it did not start" }]);
    expect(await ask("/nothing")).toEqual([404, { error: "There is no GET /nothing." }]);
  }
  expect(statSync(join(folder, `${process.pid}.sock`), { throwIfNoEntry: false })).toBeUndefined();
  rmSync(folder, { recursive: true });
});
