import { expect, test } from "bun:test";

import { DistributedRuntime } from "@stator/runtime-native";
import { MOCK_MODEL_FOLDER, modelCardOf, ModelDirectory, registerModel } from "@stator/llm";

const ENDPOINT = "llm.engine.generate";
const options = { discovery: "memory" } as const;

test("a model is there while a worker serves it, and gone with the last one", async () => {
  await using runtime = await DistributedRuntime.create(options);
  const card = await modelCardOf({ name: "tiny", folder: MOCK_MODEL_FOLDER });
  const early = await registerModel(runtime, ENDPOINT, card);
  await using directory = await ModelDirectory.open(runtime);
  expect(directory.find("tiny")).toMatchObject({ name: "tiny", card: { context_length: 32_768 } });
  expect(directory.find("tiny")?.instances).toEqual(new Map([[ENDPOINT, new Set([runtime.instanceId])]]));

  const large = await registerModel(runtime, ENDPOINT, { ...card, display_name: "large" });
  await directory.waitFor("large", AbortSignal.timeout(4000));
  expect(directory.list().map(({ name }) => name)).toEqual(["large", "tiny"]);

  const { promise: gone, resolve } = Promise.withResolvers<void>();
  const listening = directory.onChange(() => {
    if (directory.list().length === 0) resolve();
  });
  await early[Symbol.asyncDispose]();
  await large[Symbol.asyncDispose]();
  await gone;
  listening[Symbol.dispose]();
  expect(directory.find("tiny")).toBeNull();
});

test("who waits for a model may give up", async () => {
  await using runtime = await DistributedRuntime.create(options);
  await using directory = await ModelDirectory.open(runtime);
  const given = new AbortController();
  const waiting = directory.waitFor("none", given.signal);
  given.abort(new Error("enough"));
  expect(waiting).rejects.toThrow("enough");
});

test("a record whose card is none does not count", async () => {
  await using runtime = await DistributedRuntime.create(options);
  await runtime.endpoint(ENDPOINT).registerModel({ display_name: 3 });
  await using directory = await ModelDirectory.open(runtime);
  expect(directory.list()).toEqual([]);
});
