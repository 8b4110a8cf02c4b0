import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { Etcd3 } from "etcd3";

import { Etcd } from "../../../scripts/lib/servers/etcd.ts";
import { DistributedRuntime, type RuntimeOptions, type ServedModel } from "../src/index.ts";
import { failure } from "./support/failure.ts";

let etcd: Etcd;
const folder = mkdtempSync(join(tmpdir(), "stator-models-"));
beforeAll(async () => {
  etcd = await Etcd.start();
});
afterAll(async () => {
  await etcd[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

const PLACES: Record<"memory" | "file" | "etcd", () => RuntimeOptions> = {
  memory: () => ({ discovery: "memory" }),
  file: () => ({ discovery: "file", filePath: folder }),
  etcd: () => ({ discovery: "etcd", etcdEndpoints: etcd.endpoint }),
};

/** Reads until the list is as wanted. */
async function until(
  watch: AsyncGenerator<readonly ServedModel[], void, void>,
  isWanted: (models: readonly ServedModel[]) => boolean,
): Promise<readonly ServedModel[]> {
  for (;;) {
    const { value } = await watch.next();
    if (value === undefined) throw new Error("the watch has ended");
    if (isWanted(value)) return value;
  }
}

const named = (models: readonly ServedModel[], name: string): readonly ServedModel[] =>
  models.filter((model) => (model.card as { display_name?: unknown }).display_name === name);

describe.each(["memory", "file", "etcd"] as const)("models in %s", (place) => {
  test("are seen by others, and go with whoever registered them", async () => {
    await using reader = await DistributedRuntime.create(PLACES[place]());
    const stop = new AbortController();
    const watch = reader.models.watch({ signal: stop.signal });
    const worker = await DistributedRuntime.create(PLACES[place]());
    const endpoint = worker.endpoint("llm.engine.generate");
    const card = { display_name: `of ${place}`, total: 2n ** 60n, nested: { list: [1, null, "ü"] } };
    await endpoint.registerModel(card);
    const [model] = named(await until(watch, (models) => named(models, `of ${place}`).length === 1), `of ${place}`);
    expect(model).toEqual({
      namespace: "llm",
      component: "engine",
      endpoint: "generate",
      instanceId: worker.instanceId,
      suffix: null,
      card,
    });

    // Beside the first one, and in its place.
    const adapter = await endpoint.registerModel({ display_name: "adapter" }, { suffix: "lora-1" });
    await endpoint.registerModel({ ...card, total: 1 });
    const both = await until(watch, (models) => models.length === 2 && models.some(({ suffix }) => suffix !== null));
    expect(new Set(both.map(({ suffix }) => suffix))).toEqual(new Set(["lora-1", null]));
    expect(await reader.models.list()).toHaveLength(2);
    await adapter.unregister();
    await adapter.unregister();
    await until(watch, (models) => models.length === 1);
    await worker.shutdown();
    await until(watch, (models) => models.length === 0);
    stop.abort();
    expect(await watch.next()).toEqual({ done: true, value: undefined });
  });

  test("are refused when they are no cards, and after the end", async () => {
    const runtime = await DistributedRuntime.create(PLACES[place]());
    const endpoint = runtime.endpoint("llm.engine.generate");
    expect(await failure(endpoint.registerModel([]))).toMatchObject({ code: "invalid_argument" });
    expect(await failure(endpoint.registerModel({ bytes: new Uint8Array(2) }))).toMatchObject({
      code: "invalid_argument",
    });
    expect(await failure(endpoint.registerModel({}, { suffix: "a/b" }))).toMatchObject({ code: "invalid_argument" });
    const watch = runtime.models.watch();
    await watch.next();
    const next = watch.next();
    await runtime.shutdown();
    expect(await next).toEqual({ done: true, value: undefined });
    expect(await failure(endpoint.registerModel({ display_name: "late" }))).toMatchObject({ code: "shutting_down" });
  });
});

test("a process that discovery forgot registers its models again, under its new id", async () => {
  await using runtime = await DistributedRuntime.create({ discovery: "memory" });
  const before = runtime.instanceId;
  await runtime.endpoint("llm.engine.generate").registerModel({ display_name: "kept" });
  const watch = runtime.models.watch();
  await until(watch, (models) => models.length === 1);
  await runtime.faults.setHeld(false);
  await until(watch, (models) => models.length === 0);
  await runtime.faults.setHeld(true);
  const [model] = await until(watch, (models) => models.length === 1);
  expect(model?.instanceId).toBe(runtime.instanceId);
  expect(runtime.instanceId).not.toBe(before);
});

test("records have the form and the place of the original", async () => {
  await using files = await DistributedRuntime.create(PLACES.file());
  await files.endpoint("dynamo.backend.generate").registerModel({ display_name: "m" });
  const bucket = join(folder, "v1", "mdc");
  expect(existsSync(bucket)).toBeTrue();
  const id = files.instanceId.toString(16);
  const [name = ""] = readdirSync(bucket).filter((file) => file.includes("dynamo"));
  expect(decodeURIComponent(name)).toBe(`dynamo/backend/generate/${id}`);
  const text = readFileSync(join(bucket, name), "utf8");
  expect(text).toContain(`"instance_id":${files.instanceId}`);
  expect(JSON.parse(text)).toMatchObject({
    type: "Model",
    namespace: "dynamo",
    component: "backend",
    endpoint: "generate",
    card_json: { display_name: "m" },
  });

  await using worker = await DistributedRuntime.create(PLACES.etcd());
  await worker.endpoint("dynamo.backend.generate").registerModel({ display_name: "m" }, { suffix: "lora" });
  const client = new Etcd3({ hosts: etcd.endpoint });
  try {
    const keys = await client.getAll().prefix("v1/mdc/").keys();
    expect(keys).toEqual([`v1/mdc/dynamo/backend/generate/${worker.instanceId.toString(16)}/lora`]);
  } finally {
    client.close();
  }
});
