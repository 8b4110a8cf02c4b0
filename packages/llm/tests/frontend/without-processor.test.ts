import { expect, test } from "bun:test";

import { serve } from "@stator/sdk";

import { Frontend } from "../../src/index.ts";

test("without a processor it is alive but not healthy, and says 503", async () => {
  const { url, stop } = await serveAlone();
  try {
    const health = await fetch(`${url}/health`);
    expect([health.status, await health.json()]).toMatchObject([503, { status: "unhealthy" }]);
    expect((await fetch(`${url}/live`)).status).toBe(200);
    const body = JSON.stringify({ model: "any", messages: [{ role: "user", content: "a" }] });
    const refused = await fetch(`${url}/v1/chat/completions`, { method: "POST", body });
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "1"]);
    expect(await refused.json()).toMatchObject({ error: { type: "server_error", code: "no_instances" } });
  } finally {
    await stop();
  }
});

async function serveAlone(): Promise<{ url: string; stop: () => Promise<void> }> {
  const serving = await serve(Frontend, { http: { port: 0 }, runtime: { discovery: "memory" }, signals: false });
  return { url: serving.url ?? "", stop: () => serving.stop() };
}
