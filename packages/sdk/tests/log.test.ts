import { expect, test } from "bun:test";
import { join } from "node:path";

test("lines of all hops carry the request's id, and the fields that they are given", async () => {
  const child = Bun.spawn([process.execPath, join(import.meta.dir, "fixtures/logging.ts")], {
    stdout: "pipe",
    stderr: "pipe",
    env: { ...process.env, DYN_LOGGING_JSONL: "1" },
  });
  const { value } = await child.stdout.getReader().read();
  const url = new TextDecoder().decode(value).trim();
  const answer = await fetch(`${url}/run`, { headers: { "x-request-id": "request-7" } });
  expect(await answer.json()).toBe("done");
  // A header that could write lines of its own is none.
  await fetch(`${url}/run`, { headers: { "x-request-id": "two words" } });
  child.kill();
  const lines = (await new Response(child.stderr).text()).trim().split("\n");
  const [front, worker, other] = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(front).toMatchObject({
    level: "info",
    message: "at the door",
    id: "request-7",
    endpoint: "logging.front.run",
    tenant: "acme",
  });
  expect(worker).toMatchObject({ level: "warn", id: "request-7", endpoint: "logging.worker.run", depth: 2 });
  expect(other?.["id"]).toMatch(/^[0-9a-f-]{36}$/);
  expect(lines).toHaveLength(4);
});
