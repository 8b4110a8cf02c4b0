import { expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";

import { graph } from "@stator/sdk";
import { testCluster } from "@stator/sdk/testing";

import { MOCK_MODEL_FOLDER, Processor, VllmWorker } from "../../src/index.ts";
import { chat, wholeChat } from "../support/ask.ts";

setDefaultTimeout(60_000);

test("an answer whose engine is killed goes on at another one: no token is lost, none comes twice", async () => {
  const executable = join(import.meta.dir, "programs", "vllm");
  const settings = { model: "tiny", modelFolder: MOCK_MODEL_FOLDER, serve: { executable } };
  await using cluster = await testCluster(graph(Processor).link(VllmWorker), {
    instances: { VllmWorker: 2 },
    configuration: { VllmWorker: settings },
  });
  const request = chat({ model: "tiny", max_tokens: 60 });
  const unbroken = await Array.fromAsync(cluster.client(Processor).chat(request));

  const chunks: typeof unbroken = [];
  for await (const chunk of cluster.client(Processor).chat(request)) {
    chunks.push(chunk);
    if (chunks.length !== 10) continue;
    const call = cluster.calls.to(VllmWorker, "generate").at(-1);
    if (call === undefined) throw new Error("Nobody was asked.");
    process.kill(cluster.instance(VllmWorker, call).service.enginePid as number, "SIGKILL");
  }
  expect(cluster.calls.to(VllmWorker, "generate").length).toBe(3);
  expect(wholeChat(chunks)).toEqual(wholeChat(unbroken));
  expect(chunks.at(-1)?.usage).toMatchObject({ completion_tokens: 60 });
});
