import { join } from "node:path";

import type { CallOptions } from "@stator/runtime-native";
import { type ErrorCode, type JsonValue, StatorError } from "@stator/runtime-native";

import {
  Count,
  CountError,
  type CounterClient,
  Numbers,
  type NumbersInput,
  type Pause,
  type Requests,
  Token,
  type Words,
} from "../../apps/examples/mixed-languages/generated/index.ts";
import { parseExact, printExact } from "../../packages/codegen/tests/support/exact-json.ts";
import { lines } from "../../scripts/lib/lines.ts";
import { root, within } from "./command.ts";

/** What both callers of the counter have: the one in TypeScript, and the one in Rust below. */
export type CounterCaller = Pick<CounterClient, "exact" | "count" | "collect"> & {
  split(request: Words, options?: CallOptions): AsyncIterable<Token>;
  tally(requests: Requests<Words>, options?: CallOptions): AsyncIterable<Count>;
  wait(request: Pause, options?: CallOptions): AsyncIterable<Token>;
} & AsyncDisposable;

/** What the program says of one call. */
interface Line {
  readonly call?: number;
  readonly item?: unknown;
  readonly end?: true;
  readonly error?: WireError;
  readonly ready?: true;
}

interface WireError {
  readonly code: string;
  readonly message: string;
  readonly name?: string;
  readonly details?: JsonValue;
  readonly status?: number;
  readonly instance?: string;
}

/** The client of the contract in Rust: a program that makes the calls which it is told to make. */
export class RustCaller implements CounterCaller {
  private readonly process: Bun.Subprocess<"pipe", "pipe", "inherit">;
  private readonly calls = new Map<number, (line: Line) => void>();
  private readonly ready = Promise.withResolvers<void>();
  private numbers = 0;

  private constructor(discovery: string) {
    this.process = Bun.spawn([join(root, "apps/examples/mixed-languages/dist/caller")], {
      stdio: ["pipe", "pipe", "inherit"],
      env: { ...process.env, DYN_FILE_KV: discovery },
    });
    void this.listen();
  }

  /** Resolves when it has found the counter. */
  static async start(discovery: string): Promise<RustCaller> {
    const caller = new RustCaller(discovery);
    await within(caller.ready.promise, "the caller in Rust");
    return caller;
  }

  async exact(request: NumbersInput, options?: CallOptions): Promise<Numbers> {
    return Numbers.parse(await only(this.call("exact", request, options)));
  }

  async count(request: Words, options?: CallOptions): Promise<Count> {
    return Count.parse(await only(this.call("count", request, options)));
  }

  async collect(requests: Requests<Words>, options?: CallOptions): Promise<Count> {
    return Count.parse(await only(this.call("collect", null, options, requests)));
  }

  split(request: Words, options?: CallOptions): AsyncGenerator<Token> {
    return parsed(Token, this.call("split", request, options));
  }

  tally(requests: Requests<Words>, options?: CallOptions): AsyncGenerator<Count> {
    return parsed(Count, this.call("tally", null, options, requests));
  }

  wait(request: Pause, options?: CallOptions): AsyncGenerator<Token> {
    return parsed(Token, this.call("wait", request, options));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.process.stdin.end();
    await this.process.exited;
  }

  private async *call(
    method: string,
    request: unknown,
    options?: CallOptions,
    requests?: Requests<Words>,
  ): AsyncGenerator {
    const call = (this.numbers += 1);
    const waiting: Line[] = [];
    let wake = Promise.withResolvers<void>();
    this.calls.set(call, (line) => {
      waiting.push(line);
      wake.resolve();
    });
    this.say({ call, method, request, timeoutMs: options?.timeoutMs ?? null });
    if (requests !== undefined) void this.send(call, requests);
    try {
      for (;;) {
        const line = waiting.shift();
        if (line === undefined) {
          await wake.promise;
          wake = Promise.withResolvers<void>();
        } else if (line.error !== undefined) {
          throw errorOf(line.error);
        } else if (line.end === true) {
          return;
        } else {
          yield line.item;
        }
      }
    } finally {
      this.calls.delete(call);
      this.say({ cancel: call });
    }
  }

  private async send(call: number, requests: Requests<Words>): Promise<void> {
    for await (const request of requests) {
      if (!this.calls.has(call)) return;
      this.say({ send: call, request });
    }
    this.say({ finish: call });
  }

  private say(line: unknown): void {
    void this.process.stdin.write(`${printExact(line)}\n`);
    void this.process.stdin.flush();
  }

  private async listen(): Promise<void> {
    for await (const text of lines(this.process.stdout)) {
      const line = parseExact(text) as Line;
      if (line.ready === true) this.ready.resolve();
      else this.calls.get(line.call ?? 0)?.(line);
    }
    this.ready.reject(new Error("The caller in Rust ended."));
  }
}

/** The error that Rust has, as TypeScript would have had it. */
function errorOf({ code, message, name, details = null, status, instance }: WireError): Error {
  const options = { instanceId: instance === undefined ? null : BigInt(instance) };
  if (code === "declared" && name === CountError.name) {
    return Object.assign(CountError.error(CountError.parse(details), { message }), options);
  }
  return new StatorError(code as ErrorCode, message, { ...options, details, httpStatus: status });
}

async function only(items: AsyncGenerator): Promise<unknown> {
  const [item, ...more] = await Array.fromAsync(items);
  if (more.length > 0) throw new Error("There are several answers.");
  return item;
}

async function* parsed<Item>(schema: { parse(value: unknown): Item }, items: AsyncGenerator): AsyncGenerator<Item> {
  for await (const item of items) yield schema.parse(item);
}
