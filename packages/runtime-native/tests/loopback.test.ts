/** Nothing listens beyond this machine unless it is told to. */
import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { DistributedRuntime, type RuntimeOptions } from "../src/index.ts";

const folder = mkdtempSync(join(tmpdir(), "stator-loopback-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const LISTENS = "0A";

/** Inodes of the sockets of this process that listen, and their addresses as the kernel writes them. */
function listeners(): Map<string, string> {
  const own = new Set(
    readdirSync("/proc/self/fd").flatMap((fd) => {
      try {
        return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/self/fd/${fd}`))?.[1] ?? [];
      } catch {
        // Closed meanwhile.
        return [];
      }
    }),
  );
  const found = new Map<string, string>();
  for (const table of ["/proc/self/net/tcp", "/proc/self/net/tcp6"]) {
    for (const line of readFileSync(table, "utf8").split("\n").slice(1)) {
      const [, local = "", , state, , , , , , inode = ""] = line.trim().split(/\s+/);
      if (state === LISTENS && own.has(inode)) found.set(inode, local.split(":")[0] ?? "");
    }
  }
  return found;
}

/** Opens everything that can listen; gives where that is. */
async function opened(name: string, options: RuntimeOptions): Promise<string[]> {
  const before = listeners();
  // Calls on both wires, calls home, events and the system server.
  const place: RuntimeOptions = { discovery: "file", filePath: join(folder, name), systemPort: 0, ...options };
  await using worker = await DistributedRuntime.create(place);
  await using caller = await DistributedRuntime.create({ ...place, requestPlane: "dynamo" });
  const path = "listen.worker.run";
  await worker.endpoint(path).serveEndpoint(async (request: unknown) => request);
  const client = await caller.endpoint(path).client();
  await client.waitForInstances();
  await client.generate(1).one();
  await worker.endpoint(path).publish("topic", 1);
  return [...listeners()].filter(([inode]) => !before.has(inode)).map(([, address]) => address);
}

test("by default every listener is on loopback", async () => {
  // One for calls, one for calls home, one for events, two system servers.
  expect(await opened("default", {})).toEqual(Array.from({ length: 5 }, () => "0100007F"));
});

test("each listens elsewhere only when it is told", async () => {
  const anywhere = "00000000";
  const places = async (options: RuntimeOptions) =>
    (await opened(`told-${Object.keys(options).join()}`, options)).filter((address) => address === anywhere).length;
  expect(await places({ host: "0.0.0.0" })).toBe(1);
  expect(await places({ responseHost: "0.0.0.0" })).toBe(1);
  expect(await places({ systemHost: "0.0.0.0" })).toBe(2);
});
