/** Type tests: `tsc` checks this file. Every `@ts-expect-error` is a mistake that the compiler must refuse. */
import type { Context } from "@stator/runtime-native";
import { z } from "zod";

import {
  api,
  commandService,
  declareError,
  depends,
  endpoint,
  onRequest,
  onStart,
  service,
  type ServiceStream,
} from "./index.ts";

const Words = z.object({ text: z.string() });
type Words = z.infer<typeof Words>;
const Token = z.object({ word: z.string(), index: z.number() });
type Token = z.infer<typeof Token>;

/** `true` where the types are the same; `any` is the same as nothing. */
type Same<A, B> = 0 extends 1 & A ? false : [A] extends [B] ? ([B] extends [A] ? true : false) : false;

@service({ namespace: "types" })
class Backend {
  readonly size = 1;

  @endpoint({ input: Words, output: Token, idempotent: true })
  async *generate(request: Words, context: Context): AsyncGenerator<Token> {
    yield { word: request.text, index: context.isStopped() ? 1 : 0 };
  }

  @endpoint({ input: Words, output: Token })
  async first(request: Words): Promise<Token> {
    return { word: request.text, index: 0 };
  }

  @endpoint({ input: Words, output: Token, requestStream: true })
  async collect(requests: AsyncIterable<Words>): Promise<Token> {
    for await (const { text } of requests) return { word: text, index: 0 };
    return { word: "", index: 0 };
  }

  @endpoint({ requestStream: true })
  async *echo(requests: AsyncIterable<string>): AsyncGenerator<string> {
    yield* requests;
  }

  @endpoint()
  async *untyped(request: Uint8Array): AsyncGenerator<string> {
    yield String(request.byteLength);
  }

  @endpoint({ output: Token })
  async anything(_request: null): Promise<Token> {
    return { word: "", index: this.secret() };
  }

  @onStart
  async warmUp(): Promise<void> {}

  plain(request: Words): string {
    return request.text;
  }

  async twoParameters(request: Words, count: number): Promise<string> {
    return request.text.repeat(count);
  }

  private secret(): number {
    return this.size;
  }
}

@service({ namespace: "types", name: "middle", workers: 2 })
class Middle {
  backend = depends(Backend);
  later = depends(() => Backend, { router: "random", timeoutMs: 100 });

  @endpoint({ input: Words, output: Token })
  async *generate(request: Words): AsyncGenerator<Token> {
    true satisfies Same<keyof typeof this.backend, "generate" | "first" | "collect" | "echo" | "untyped" | "anything">;
    const stream = this.backend.generate(request, { timeoutMs: 5, instanceId: 1n });
    true satisfies Same<typeof stream, ServiceStream<Token>>;
    for await (const token of stream) yield token;
    for await (const batch of stream.batches()) {
      true satisfies Same<typeof batch, Token[]>;
      yield* batch;
    }
    const first = this.backend.first(request);
    true satisfies Same<typeof first, Promise<Token>>;
    yield await first;
    yield await this.later.anything();

    true satisfies Same<ReturnType<typeof this.backend.collect>, Promise<Token>>;
    yield await this.backend.collect([{ text: "a" }], { timeoutMs: 5 });
    for await (const text of this.backend.echo(new ReadableStream<string>())) true satisfies Same<typeof text, string>;
    // @ts-expect-error one request is no stream
    void this.backend.collect({ text: "a" });
    // @ts-expect-error a wrong field of one of the requests
    void this.backend.collect([{ txt: "a" }]);

    // @ts-expect-error a wrong field of the request
    this.backend.generate({ txt: "a" });
    // @ts-expect-error a missing request
    this.backend.generate();
    // @ts-expect-error a field that the items do not have
    void (await this.backend.first(request)).text;
    // @ts-expect-error an unknown endpoint
    this.backend.generat(request);
    // @ts-expect-error an unknown call option
    void this.backend.first(request, { timeout: 5 });
    // @ts-expect-error a hook is no endpoint
    await this.backend.warmUp();
    // @ts-expect-error a synchronous method is no endpoint
    this.backend.plain(request);
    // @ts-expect-error a method with parameters of its own is no endpoint
    await this.backend.twoParameters(request, 2);
    // @ts-expect-error a private method is no endpoint
    this.backend.secret();
    // @ts-expect-error a field is no endpoint
    void this.backend.size;
  }
}

@service({ namespace: "types" })
export class Frontend {
  middle = depends(Middle);

  @api({ path: "/generate", input: Words })
  async *generate(request: Words): AsyncGenerator<Token> {
    yield* this.middle.generate(request);
  }

  @api({ method: "GET", path: "/first", input: Words, output: Token, format: "sse" })
  async first(request: Words): Promise<Token> {
    for await (const token of this.middle.generate(request)) return token;
    throw new Error("empty");
  }
}

const QuotaError = declareError("QuotaError", z.object({ left: z.number() }), ({ left }) => {
  left satisfies number;
  return { httpStatus: 429 };
});

const Contract = {
  name: "Elsewhere",
  namespace: "types",
  component: "elsewhere",
  endpoints: {
    generate: {
      name: "generate",
      kind: "server-stream",
      input: Words,
      output: Token,
      error: QuotaError,
      timeoutMs: null,
      idempotent: true,
    },
    collect: {
      name: "collect",
      kind: "client-stream",
      input: Words,
      output: Token,
      timeoutMs: null,
      idempotent: false,
    },
    converse: { name: "converse", kind: "duplex", input: Words, output: Token, timeoutMs: null, idempotent: false },
    first: { name: "first", kind: "unary", input: Words, output: Token, timeoutMs: 5, idempotent: true },
  },
} as const;

export class UsesContract {
  elsewhere = depends(Contract, { router: "random" });

  async run(request: Words): Promise<void> {
    true satisfies Same<keyof typeof this.elsewhere, "generate" | "collect" | "converse" | "first">;
    const collected = this.elsewhere.collect([request]);
    true satisfies Same<typeof collected, Promise<Token>>;
    const conversation = this.elsewhere.converse(new ReadableStream<Words>());
    true satisfies Same<typeof conversation, ServiceStream<Token>>;
    // @ts-expect-error one request is no stream
    void this.elsewhere.collect(request);
    const stream = this.elsewhere.generate(request);
    true satisfies Same<typeof stream, ServiceStream<Token>>;
    const first = this.elsewhere.first(request, { instanceId: 1n });
    true satisfies Same<typeof first, Promise<Token>>;

    try {
      await first;
    } catch (error) {
      if (QuotaError.is(error)) true satisfies Same<typeof error.value, { left: number }>;
      if (Contract.endpoints.generate.error.is(error)) true satisfies Same<typeof error.value.left, number>;
      // @ts-expect-error a field that the error does not have
      if (QuotaError.is(error)) void error.value.right;
    }
    // @ts-expect-error the value of the error does not fit
    void QuotaError.error({ left: "1" });

    // @ts-expect-error a wrong field of the request
    void this.elsewhere.first({ txt: "a" });
    // @ts-expect-error an unknown endpoint
    void this.elsewhere.second(request);
  }
}

/** A class that serves the contract: schemas may be left out, and types come from it. */
@service({ contract: Contract, workers: 2 })
export class Elsewhere {
  @endpoint()
  async *generate(request: Words, context: Context): AsyncGenerator<Token> {
    yield { word: request.text, index: context.callerContract === null ? 0 : 1 };
  }

  @endpoint()
  async first(request: Words): Promise<Token> {
    return { word: request.text, index: 0 };
  }

  /** That it takes a stream, the contract says. */
  @endpoint()
  async collect(requests: AsyncIterable<Words>): Promise<Token> {
    for await (const { text } of requests) return { word: text, index: 0 };
    return { word: "", index: 0 };
  }

  @endpoint({ requestStream: true })
  async *converse(requests: AsyncIterable<Words>): AsyncGenerator<Token> {
    for await (const { text } of requests) yield { word: text, index: 0 };
  }

  /** More than the contract asks for. */
  @endpoint()
  async more(request: string): Promise<string> {
    return request;
  }
}

const { endpoints } = Contract;
const Small = { ...Contract, endpoints: { generate: endpoints.generate, first: endpoints.first } } as const;
const Uploads = { ...Contract, endpoints: { collect: endpoints.collect } } as const;

// @ts-expect-error an endpoint takes one request where the contract has a stream
@service({ contract: Uploads })
export class OneRequest {
  async collect(request: Words): Promise<Token> {
    return { word: request.text, index: 0 };
  }
}

// @ts-expect-error an endpoint of the contract is missing
@service({ contract: Small })
export class Incomplete {
  @endpoint()
  async *generate(request: Words): AsyncGenerator<Token> {
    yield { word: request.text, index: 0 };
  }
}

// @ts-expect-error an endpoint takes something else
@service({ contract: Small })
export class WrongRequest {
  async *generate(request: Words): AsyncGenerator<Token> {
    yield { word: request.text, index: 0 };
  }

  async first(request: { text: number }): Promise<Token> {
    return { word: String(request.text), index: 0 };
  }
}

// @ts-expect-error an endpoint gives something else
@service({ contract: Small })
export class WrongItems {
  async *generate(request: Words): AsyncGenerator<string> {
    yield request.text;
  }

  async first(request: Words): Promise<Token> {
    return { word: request.text, index: 0 };
  }
}

// @ts-expect-error an endpoint gives one answer where the contract has a stream
@service({ contract: Small })
export class WrongKind {
  async generate(request: Words): Promise<Token> {
    return { word: request.text, index: 0 };
  }

  async first(request: Words): Promise<Token> {
    return { word: request.text, index: 0 };
  }
}

// @ts-expect-error another namespace than that of the contract
@service({ contract: Contract, namespace: "elsewhere" })
export class WrongNamespace extends Elsewhere {}

const Program = commandService(Contract, { command: ["./program"], env: { A: "b" }, dependsOn: [Backend] });

export class UsesProgram {
  program = depends(Program);
  later = depends(() => Program, { router: "random" });

  async run(request: Words): Promise<void> {
    true satisfies Same<typeof this.program, UsesContract["elsewhere"]>;
    true satisfies Same<typeof this.later, UsesContract["elsewhere"]>;
    const first = this.program.first(request);
    true satisfies Same<typeof first, Promise<Token>>;
    // @ts-expect-error an unknown endpoint
    void this.program.second(request);
  }
}
// @ts-expect-error the command is missing
void commandService(Contract, {});
// @ts-expect-error the command is a list
void commandService(Contract, { command: "./program" });
// @ts-expect-error an unknown option
void commandService(Contract, { command: ["./program"], worker: 2 });
// @ts-expect-error a class is no contract
void commandService(Backend, { command: ["./program"] });

export class Mistakes {
  // @ts-expect-error the request is not what the schema yields
  @endpoint({ input: Words })
  async *wrongRequest(request: { text: number }): AsyncGenerator<number> {
    yield request.text;
  }

  // @ts-expect-error the items are not what the schema accepts
  @endpoint({ input: Words, output: Token })
  async *wrongItems(request: Words): AsyncGenerator<Words> {
    yield request;
  }

  // @ts-expect-error the answer is not what the schema accepts
  @endpoint({ output: Token })
  async wrongAnswer(_request: Words): Promise<string> {
    return "";
  }

  // @ts-expect-error the endpoint takes a stream of requests
  @endpoint({ input: Words, requestStream: true })
  async notOne(_request: Words): Promise<void> {}

  // @ts-expect-error HTTP has no streams of requests
  @api({ input: Words, requestStream: true })
  async notHttp(_requests: AsyncIterable<Words>): Promise<void> {}

  // @ts-expect-error an endpoint is asynchronous
  @endpoint()
  sync(request: Words): string {
    return request.text;
  }

  // @ts-expect-error an endpoint takes a request
  @endpoint()
  async nothing(): Promise<void> {}

  // @ts-expect-error an unknown option
  @endpoint({ inputs: Words })
  async unknownOption(_request: Words): Promise<void> {}

  // @ts-expect-error no schema
  @endpoint({ input: String })
  async noSchema(_request: Words): Promise<void> {}

  // @ts-expect-error a schema is no error type: callers could not name it
  @endpoint({ error: Words })
  async wrongError(_request: Words): Promise<void> {}

  @endpoint({ error: QuotaError })
  async rightError(_request: Words): Promise<void> {}

  // @ts-expect-error the request is not what the schema yields
  @api({ path: "/wrong", input: Words })
  async *wrongApi(request: { txt: string }): AsyncGenerator<string> {
    yield request.txt;
  }

  // @ts-expect-error an unknown HTTP method
  @api({ method: "FETCH" })
  async wrongMethod(_request: Words): Promise<void> {}

  // @ts-expect-error a hook takes no request
  @onStart
  async hook(_request: Words): Promise<void> {}

  // @ts-expect-error an unknown router
  router = depends(Backend, { router: "fastest" });

  // @ts-expect-error an unknown option
  option = depends(Backend, { timeout: 1 });
}

// @ts-expect-error the namespace is missing
@service({})
export class NoNamespace {
  readonly size = 1;
}

// @ts-expect-error an unknown option
@service({ namespace: "types", worker: 2 })
export class UnknownOption {
  readonly size = 1;
}

// @ts-expect-error a service is constructed without arguments
@service({ namespace: "types" })
export class WithArguments {
  constructor(readonly size: number) {}
}

@service({ namespace: "types" })
class Site {
  @endpoint()
  async any(request: unknown): Promise<unknown> {
    return request;
  }

  @onRequest
  async answer(request: Request, context: Context): Promise<Response> {
    return new Response(request.url + context.id);
  }

  // @ts-expect-error no response
  @onRequest({ timeoutMs: 5 })
  async text(): Promise<string> {
    return "";
  }

  // @ts-expect-error it takes requests of HTTP
  @onRequest
  async words(request: Words): Promise<Response> {
    return new Response(request.text);
  }
}

class UsesSite {
  site = depends(Site);
}
// A request of HTTP does not travel between services.
true satisfies Same<keyof UsesSite["site"], "any" | "words">;
