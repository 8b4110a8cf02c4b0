import { expect, test } from "bun:test";
import { connect } from "node:net";

import { metric } from "./metric.ts";
import { serveFrontend, streams } from "./stand-in.ts";

test("a client that does not read makes the engine wait, and is given up", async () => {
  const { serving, url } = await serveFrontend({ stallTimeoutMs: 200 });
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  try {
    const { begun } = streams;
    // What it does not read stays with the kernels, then with the server.
    socket.pause();
    const body = JSON.stringify({ model: "flood", stream: true, messages: [{ role: "user", content: "a" }] });
    socket.write(`POST /v1/chat/completions HTTP/1.1\r\nhost: any\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
    while (streams.begun === begun) await new Promise(setImmediate);
    while (streams.open > 0) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(await metric(url, "dynamo_frontend_disconnected_clients")).toBe(1);
    expect(await metric(url, "dynamo_frontend_inflight_requests")).toBe(0);
  } finally {
    socket.destroy();
    await serving.stop();
  }
}, 30_000);
