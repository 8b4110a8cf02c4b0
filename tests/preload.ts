/**
 * Runs before every `bun test` of the workspace: a test must find what it starts and nothing else.
 */
import { afterAll } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

// Settings of the developer's own shell would change what the tests see.
for (const name of Object.keys(process.env)) {
  if (/^(DYN|STATOR|ETCD|NATS|OTEL)_/.test(name)) delete process.env[name];
}

// Discovery by files stays inside one folder of this run; child processes inherit it.
const folder = mkdtempSync(join(tmpdir(), "stator-test-"));
process.env["DYN_FILE_KV"] = join(folder, "discovery");
// So do the sockets of graphs.
process.env["STATOR_RUN_DIR"] = join(folder, "run");
// After the last test of the run: `bun test` emits no "exit".
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
