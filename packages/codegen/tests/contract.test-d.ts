/** Type tests: `tsc` checks this file, nothing runs it. Each `@ts-expect-error` is a mistake that users are told of. */
import type { Context, DeclaredError, DistributedRuntime, ErrorCode } from "@stator/runtime-native";
import {
  type DefaultsInput,
  FailingServiceContract,
  FixtureServiceClient,
  type FixtureServiceContract,
  type FixtureServiceService,
  type Mode,
  type Optional,
  type Pair,
  type PairInput,
  type Scalars,
  type StandardSchemaV1,
  TakeError,
  type TakeError as TakeErrorType,
  TextError,
  type Wide,
  type WideError as WideErrorType,
  type WideInput,
} from "./fixtures/generated/index.ts";

/** `true` where the types are the same; `any` is the same as nothing. */
type Same<A, B> = 0 extends 1 & A ? false : [A] extends [B] ? ([B] extends [A] ? true : false) : false;
const checked: boolean[] = [];
function same<A, B>(expected: Same<A, B>): void {
  checked.push(expected);
}

// A name is a type and a schema; the schema knows both sides.
same<StandardSchemaV1.InferOutput<typeof Wide>, Wide>(true);
same<StandardSchemaV1.InferInput<typeof Wide>, WideInput>(true);
same<ReturnType<typeof Wide.parse>, Wide>(true);
same<Wide["unsigned"], bigint>(true);
same<(typeof Wide)["matches"] extends ((value: unknown) => value is infer Guarded) ? Guarded : never, Wide>(true);
same<WideInput["unsigned"], number | bigint>(true);
same<Wide["maybe"], bigint | null>(true);
same<Mode, "quick" | "very-careful" | "OFF">(true);

// Only what has a default may be missing.
const fewest: DefaultsInput = { required: 1 };
// @ts-expect-error required is required
const none: DefaultsInput = {};
// @ts-expect-error a result always has its keys
const result: Optional = {};
const accepted: StandardSchemaV1.InferInput<typeof Optional> = {};

// The contract is a value whose literals are types.
same<typeof FixtureServiceContract.component, "all-kinds">(true);
same<typeof FixtureServiceContract.endpoints.getWide.kind, "unary">(true);
same<typeof FixtureServiceContract.endpoints.listPairs.name, "list">(true);
same<typeof FixtureServiceContract.endpoints.getWide.timeoutMs, 1500>(true);
same<StandardSchemaV1.InferOutput<typeof FixtureServiceContract.endpoints.getWide.output>, Wide>(true);

// A class that serves it has every endpoint, with these types.
class Complete implements FixtureServiceService {
  async getWide(_request: Optional, context: Context): Promise<WideInput> {
    return { unsigned: context.instanceId, signed: 1, list: [] };
  }
  async *listPairs(_request: Scalars): AsyncGenerator<PairInput> {
    yield ["a", 1];
  }
  async collect(requests: AsyncIterable<Optional>): Promise<WideInput> {
    const list: number[] = [];
    for await (const { plain } of requests) list.push(plain ?? 0);
    return { unsigned: list.length, signed: 1, list };
  }
  async *converse(requests: AsyncIterable<Pair>): AsyncGenerator<PairInput> {
    for await (const pair of requests) yield pair;
  }
}
// @ts-expect-error listPairs and others are missing
class Missing implements FixtureServiceService {
  async getWide(): Promise<WideInput> {
    return { unsigned: 1, signed: 1, list: [] };
  }
}
class Mistyped extends Complete implements FixtureServiceService {
  // @ts-expect-error the items are pairs
  override async *listPairs(): AsyncGenerator<string> {
    yield "a";
  }
  // @ts-expect-error it takes a stream, not one request
  override async collect(request: Optional): Promise<WideInput> {
    return { unsigned: request.plain ?? 0, signed: 1, list: [] };
  }
}

// The client has a method for each endpoint.
async function call(runtime: DistributedRuntime): Promise<void> {
  await using client = await FixtureServiceClient.connect(runtime, { router: "random" });
  const wide = await client.getWide({}, { timeoutMs: 5 });
  same<typeof wide, Wide>(true);
  // @ts-expect-error a number is not a list
  await client.getWide({ list: 1 });
  for await (const pair of client.listPairs({} as Scalars)) same<typeof pair, Pair>(true);
  same<Awaited<ReturnType<typeof client.collect>>, Wide>(true);
  await client.collect([{ plain: 1 }, {}]);
  for await (const pair of client.converse([["a", 1]])) same<typeof pair, Pair>(true);
  // @ts-expect-error one request is no stream
  await client.collect({ plain: 1 });
  // @ts-expect-error the requests are pairs
  client.converse([1]);
  // @ts-expect-error there is no such endpoint
  client.other({});
}

// A caught error is narrowed by its type, or by the contract.
function caught(error: unknown): void {
  // @ts-expect-error nothing is known of it yet
  void error.value;
  if (TakeError.is(error)) {
    same<typeof error.value, TakeErrorType>(true);
    same<typeof error.code, ErrorCode>(true);
    // @ts-expect-error only one of the variants has a limit
    void error.value.limit;
    if (error.value.kind === "too_long") same<typeof error.value.limit, bigint>(true);
    // @ts-expect-error there is no such variant
    void (error.value.kind === "too-long");
  }
  if (FailingServiceContract.endpoints.stream.error.is(error)) same<typeof error.value, WideErrorType>(true);
  if (TextError.is(error)) same<typeof error.value, "not-there" | "too-late">(true);
}
same<typeof FailingServiceContract.endpoints.fine.error, null>(true);
same<ReturnType<typeof TakeError.error>, DeclaredError<TakeErrorType>>(true);
same<StandardSchemaV1.InferOutput<typeof TakeError>, TakeErrorType>(true);
void TakeError.error({ kind: "too_long", limit: 7 }, { message: "own words" });
// @ts-expect-error the limit is missing
void TakeError.error({ kind: "too_long" });
// @ts-expect-error there is no such option
void TakeError.error({ kind: "refused" }, { status: 404 });

export { accepted, call, caught, Complete, fewest, Missing, Mistyped, none, result };
