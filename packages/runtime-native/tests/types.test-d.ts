/** Compiled, never run: what the types of the public surface allow, and what they do not. */
import { z } from "zod";

import {
  type CallOptions,
  Client,
  type Context,
  currentContext,
  DistributedRuntime,
  type Endpoint,
  type EndpointContract,
  type ErrorCode,
  type Handler,
  type Instance,
  type JsonValue,
  type Kv,
  type KvEntry,
  type KvLeadership,
  type KvLock,
  type Logger,
  type Queue,
  type QueueJob,
  type ResponseStream,
  type RuntimeOptions,
  type ServedEndpoint,
  StatorError,
} from "../src/index.ts";

interface Words {
  readonly text: string;
  readonly count: bigint;
}

interface Token {
  readonly word: string;
}

// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the known way to compare types exactly
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

function is<A, B>(..._same: Same<A, B> extends true ? [] : [never]): void {}

async function* others(): AsyncGenerator<Token> {
  yield { word: "a" };
}

export async function surface(): Promise<void> {
  await using runtime = await DistributedRuntime.create({ discovery: "file", port: 0, logJson: true });
  is<typeof runtime.instanceId, bigint>();
  is<typeof runtime.systemAddress, string | null>();
  const endpoint: Endpoint = runtime.namespace("hello").component("backend").endpoint("generate");

  // @ts-expect-error -- an unknown option
  const wrong: RuntimeOptions = { disovery: "file" };
  // @ts-expect-error -- a back end that there is not
  const refused: RuntimeOptions = { discovery: "kubernetes" };
  // @ts-expect-error -- instance ids are read only
  runtime.instanceId = 5n;
  void [wrong, refused];

  const untyped = await endpoint.client();
  // Without types, both are any JSON value.
  is<typeof untyped, Client>();
  is<ReturnType<typeof untyped.generate>, ResponseStream<JsonValue>>();
  for await (const batch of untyped.generate(null).batches()) is<typeof batch, JsonValue[]>();

  await using client = await endpoint.client<Words, Token>({ router: "least-loaded", idempotent: true, waitMs: 5 });
  is<ReturnType<typeof client.instanceIds>, bigint[]>();
  is<ReturnType<typeof client.instances>, readonly Instance[]>();
  is<Awaited<ReturnType<typeof client.waitForInstances>>, bigint[]>();
  const [instance] = client.instances();
  is<NonNullable<typeof instance>["contract"], string | null>();
  is<NonNullable<typeof instance>["compatibility"], "compatible" | "pending" | "unknown" | "incompatible">();
  const contract: EndpointContract = { hash: "", document: () => Promise.resolve("") };
  void endpoint.client({ contract });
  // An entry of a generated contract is one.
  const generated = { ...contract, name: "generate", kind: "unary" } as const;
  void endpoint.client({ contract: generated });
  // @ts-expect-error -- a contract has a document
  void endpoint.client({ contract: { hash: "" } });
  const request: Words = { text: "a", count: 5n };
  for await (const item of client.roundRobin(request)) is<typeof item, Token>();
  is<Awaited<ReturnType<ReturnType<typeof client.random>["one"]>>, Token>();
  is<ReturnType<ReturnType<typeof client.leastLoaded>["toReadableStream"]>, ReadableStream<Token>>();
  client.direct(request, 5n, { signal: AbortSignal.timeout(5), timeoutMs: 5, metadata: { a: "b" }, id: "c" });

  // @ts-expect-error -- an instance id is a bigint
  client.direct(request, 5);
  // @ts-expect-error -- an instance id is needed
  client.direct(request);
  // @ts-expect-error -- a field of the wrong type
  client.generate({ text: 5, count: 5n });
  // @ts-expect-error -- a field is missing
  client.generate({ text: "a" });
  // @ts-expect-error -- a client takes no router that there is not
  void endpoint.client({ router: "fastest" });
  // @ts-expect-error -- metadata is text
  const metadata: CallOptions = { metadata: { a: 5 } };
  // @ts-expect-error -- an unknown option of a call
  client.generate(request, { timeout: 5 });
  // @ts-expect-error -- clients are made by endpoints
  void new Client(runtime);
  void metadata;

  // A stream of requests has the parts' type.
  async function* parts(): AsyncGenerator<Words> {
    yield request;
  }
  client.generate(parts());
  // @ts-expect-error -- parts of another type
  client.generate(others());

  const response = client.generate(request);
  is<typeof response.id, string>();
  is<typeof response.instanceId, bigint | null>();
  // @ts-expect-error -- a response is no promise: read it, or await its one()
  void response.then;
  // @ts-expect-error -- what carries the call is nobody's business
  void response.abandon;
}

const single: Handler<Words, Token> = (request) => Promise.resolve({ word: request.text });
const sum: Handler<AsyncIterable<Words>, number> = async (requests) => {
  let count = 0;
  for await (const each of requests) count += each.text.length;
  return count;
};

// @ts-expect-error -- a handler answers later
export const sync: Handler<Words, Token> = (request) => ({ word: request.text });
// @ts-expect-error -- items of the wrong type
export const other: Handler<Words, Token> = async function* () {
  yield { words: "a" };
};

export async function serving(endpoint: Endpoint): Promise<void> {
  const served: ServedEndpoint = await endpoint.serveEndpoint<Words, Token>(
    async function* (request, context) {
      is<typeof request, Words>();
      is<typeof context, Context>();
      yield { word: request.text };
    },
    { gracefulShutdown: true, idempotent: true, development: false, contract: undefined },
  );
  is<typeof served.instanceId, bigint>();
  is<typeof served.closed, Promise<void>>();

  await endpoint.serveEndpoint(async (request) => {
    is<typeof request, JsonValue>();
    return request;
  });
  await endpoint.serveEndpoint(single);
  await endpoint.serveEndpoint(sum);

  // @ts-expect-error -- an unknown option
  await endpoint.serveEndpoint(single, { graceful: true });
}

export function inside(): void {
  const current = currentContext();
  is<typeof current, Context | undefined>();
  if (current === undefined) return;
  is<typeof current.id, string>();
  is<typeof current.signal, AbortSignal>();
  is<typeof current.metadata, Readonly<Record<string, string>>>();
  is<typeof current.deadline, number | null>();
  is<typeof current.instanceId, bigint>();
  is<typeof current.log, Logger>();
  current.log.info("message", { anything: 5n });
  // @ts-expect-error -- metadata of a call is read only
  current.metadata["a"] = "b";
}

export function errors(error: StatorError): void {
  is<typeof error.code, ErrorCode>();
  is<typeof error.details, JsonValue | null>();
  is<typeof error.retryable, boolean>();
  is<typeof error.httpStatus, number>();
  void new StatorError("overloaded", "later", { details: { seconds: 5 }, cause: error });
  // @ts-expect-error -- a closed list of codes
  void new StatorError("made_up", "message");
}

export async function store(runtime: DistributedRuntime): Promise<void> {
  const { kv } = runtime;
  is<typeof kv, Kv>();
  const entry = await kv.get("a");
  is<typeof entry, KvEntry | null>();
  if (entry === null) return;
  is<typeof entry.value, Uint8Array>();
  is<typeof entry.revision, bigint>();
  const untyped = entry.json();
  is<typeof untyped, JsonValue>();
  const words = entry.json<Words>();
  is<typeof words, Words>();
  const parsed = await entry.parse(z.object({ text: z.string(), at: z.coerce.date() }));
  is<typeof parsed, { text: string; at: Date }>();
  // @ts-expect-error -- a schema is needed
  void entry.parse({});

  const revision = await kv.put("a", new Uint8Array(1), { ttlMs: 5000 });
  is<typeof revision, bigint>();
  const swap = await kv.compareAndSwap("a", revision, { any: "value" });
  if (swap.swapped) is<typeof swap.revision, bigint>();
  else is<typeof swap.current, KvEntry | null>();
  // @ts-expect-error -- whether it was swapped is to be asked first
  void swap.current;
  // @ts-expect-error -- revisions are bigints
  void kv.compareAndSwap("a", 5, 1);
  // @ts-expect-error -- what is expected is not left out
  void kv.compareAndSwap("a", undefined, 1);
  // @ts-expect-error -- an unknown option
  void kv.put("a", 1, { ttl: 5 });

  for await (const event of kv.watch("prefix/", { initial: false })) {
    is<typeof event.cause, "initial" | "change" | "resync">();
    if (event.type === "put") is<typeof event.entry, KvEntry>();
    // @ts-expect-error -- what was deleted has no entry
    else void event.entry;
  }
  await using watch = kv.watch({ key: "a" });
  is<typeof watch.ready, Promise<void>>();

  await using lock = await kv.lock("name", { signal: AbortSignal.timeout(5), waitMs: 5, ttlMs: 5000 });
  is<typeof lock, KvLock>();
  is<typeof lock.token, bigint>();
  is<typeof lock.signal, AbortSignal>();
  await kv.put("a", 1, { guard: lock, lease: lock });
  await kv.delete("a", { guard: { key: lock.key, token: lock.token }, revision });
  const lease = await kv.lease();
  await kv.put("a", 1, { lease });
  // @ts-expect-error -- a lease guards nothing
  await kv.put("a", 1, { guard: lease });
  const leadership = await kv.elect("name", { value: { host: "a" } });
  is<typeof leadership, KvLeadership>();
  await leadership.resign();
  const leader = await kv.leader("name");
  is<typeof leader, KvEntry | null>();
  for await (const each of kv.observe("name")) is<typeof each, KvEntry | null>();
  // @ts-expect-error -- a back end that there is not
  const options: RuntimeOptions = { kv: "redis" };
  void options;
}

export async function queues(runtime: DistributedRuntime): Promise<void> {
  const untyped = runtime.queue("a");
  is<typeof untyped, Queue>();
  await untyped.put({ any: new Map([[1, new Uint8Array(1)]]) });
  for await (const job of untyped.take()) is<typeof job.value, unknown>();

  const typed = runtime.queue<Words>("a", { ackWaitMs: 5000, maxDeliveries: 3, deadLetter: false });
  for await (const job of typed.take({ waitMs: 0, signal: AbortSignal.timeout(5) })) {
    is<typeof job, QueueJob<Words>>();
    is<typeof job.value, Words>();
    is<typeof job.putAt, Date>();
    await job.nack({ delayMs: 5, error: new Error("later") });
  }
  // @ts-expect-error -- not a job of this queue
  void typed.put({ prompt: 5 });

  const schema = z.object({ text: z.string(), tokens: z.number().default(16), at: z.coerce.date<string>() });
  const checked = runtime.queue("a", { schema });
  const { id, duplicate } = await checked.put({ text: "a", at: "2026-01-01" }, { id: "own" });
  is<typeof id, string>();
  is<typeof duplicate, boolean>();
  await using worker = checked.work(({ value }) => is<typeof value, { text: string; tokens: number; at: Date }>(), {
    concurrency: 4,
    retryDelayMs: (deliveries) => deliveries * 100,
  });
  is<typeof worker.done, Promise<void>>();
  // @ts-expect-error -- dates go in as text
  void checked.put({ text: "a", at: new Date() });
  // @ts-expect-error -- an unknown option
  void runtime.queue("a", { ackWait: 5 });

  for await (const letter of checked.deadLetters) {
    is<typeof letter.reason, "max-deliveries" | "rejected" | "invalid">();
    is<typeof letter.value, unknown>();
    is<typeof letter.error, string | null>();
    await checked.deadLetters.requeue(letter);
  }
  // @ts-expect-error -- a back end that there is not
  const options: RuntimeOptions = { queue: "kafka" };
  void options;
}
