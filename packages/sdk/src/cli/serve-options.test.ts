import { expect, test } from "bun:test";

import { discoveryEnvironment, serveRequest } from "./serve-options.ts";

test("has defaults for all but the target", () => {
  expect(serveRequest("a.ts#A", {}, [], {})).toEqual({
    target: "a.ts#A",
    sources: { files: [], profiles: [], options: [] },
    host: "127.0.0.1",
    port: 8000,
    system: { host: "127.0.0.1", port: null },
    only: [],
    gpus: null,
    oversubscribe: false,
    drainMs: 10_000,
    readyFile: null,
    blockedMs: 30_000,
    discovery: null,
    filePath: null,
  });
});

test("the command line beats the environment", () => {
  const environment = { DYN_HTTP_PORT: "9000", DYN_HTTP_HOST: "::1" };
  expect(serveRequest("a.ts", {}, [], environment)).toMatchObject({ port: 9000, host: "::1" });
  expect(serveRequest("a.ts", { port: 0, host: "127.0.0.1" }, [], environment)).toMatchObject({
    port: 0,
    host: "127.0.0.1",
  });
  const system = { DYN_SYSTEM_PORT: "9100", DYN_SYSTEM_HOST: "::1" };
  expect(serveRequest("a.ts", {}, [], system).system).toEqual({ host: "::1", port: 9100 });
  expect(serveRequest("a.ts", { systemPort: 0 }, [], system).system.port).toBe(0);
  expect(serveRequest("a.ts", {}, [], { DYN_SYSTEM_PORT: "-1" }).system.port).toBeNull();
  expect(() => serveRequest("a.ts", {}, [], { DYN_SYSTEM_PORT: "many" })).toThrow(
    'DYN_SYSTEM_PORT: "many" is not a whole number from -1 to 65535.',
  );
  expect(() => serveRequest("a.ts", {}, [], { DYN_HTTP_PORT: "high" })).toThrow(
    'DYN_HTTP_PORT: "high" is not a whole number',
  );
});

test.each([
  [{ discovery: "memory" }, "Memory discovery reaches one process only"],
  [{ inProcess: true, watch: true }, "--watch replaces processes, and --in-process has only this one"],
  [{ json: true }, "--json needs --dry-run"],
] as const)("refuses %j", (flags, said) => {
  expect(() => serveRequest("a.ts", flags, [], {})).toThrow(said);
});

test("discovery goes to the runtime through its own variables", () => {
  expect(discoveryEnvironment({})).toEqual({});
  expect(discoveryEnvironment({ discovery: "file", filePath: "/x" })).toEqual({
    DYN_DISCOVERY_BACKEND: "file",
    DYN_FILE_KV: "/x",
  });
});
