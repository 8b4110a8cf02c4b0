/** Types of options, interceptors and built services: this file compiles, or a promise is broken. */
import { z } from "zod";

import {
  type ClientInterceptor,
  type Context,
  contextValue,
  defineService,
  depends,
  endpoint,
  handler,
  type Interceptor,
  liveness,
  mapValues,
  metadataKey,
  readiness,
  serve,
  type ServerInterceptor,
  service,
  type ServiceStream,
  toWebStream,
} from "./index.ts";

type Same<A, B> = 0 extends 1 & A ? false : [A] extends [B] ? ([B] extends [A] ? true : false) : false;

const Words = z.object({ text: z.string() });
type Words = z.infer<typeof Words>;
const Token = z.object({ word: z.string() });

const both: Interceptor = (next) => async (call) => mapValues(await next(call), (value) => value);
const server: ServerInterceptor = (next) => (call) => {
  call.context satisfies Context;
  call.httpRequest satisfies Request | null;
  // @ts-expect-error a call that is answered has no router
  void call.instanceId;
  return next({ ...call, metadata: {} });
};
const client: ClientInterceptor = (next) => (call) => {
  call.timeoutMs satisfies number | null;
  // @ts-expect-error a call that is made has no context
  void call.context;
  if (call.request.stream) {
    // @ts-expect-error a stream has no single value
    void call.request.value;
    take(call.request.values);
  }
  return next(call);
};
declare function take(values: AsyncIterable<unknown>): void;

@service({
  namespace: "types",
  workers: 2,
  resources: { cpu: "300m", memory: "1.5Gi", gpu: 0.5 },
  limits: { maxConcurrency: 10, queue: 5, timeoutMs: 100 },
  env: { A: "b" },
  labels: { team: "search" },
  interceptors: { server: [both, server], client: [both, client] },
})
export class Everything {
  @endpoint({ limits: { maxConcurrency: 1 }, retry: { attempts: 2, budget: 0.1 }, interceptors: [both, server] })
  async run(request: string): Promise<string> {
    return request;
  }

  @liveness
  isAlive(): boolean {
    return true;
  }

  @readiness({ timeoutMs: 5 })
  async isReady(): Promise<boolean> {
    return true;
  }

  // @ts-expect-error a hook says yes or no
  @readiness
  async nothing(): Promise<void> {}

  // @ts-expect-error a hook takes no request
  @liveness
  takes(_request: string): boolean {
    return true;
  }

  // @ts-expect-error an interceptor of callers does not fit
  @endpoint({ interceptors: [client] })
  async wrong(request: string): Promise<string> {
    return request;
  }

  // @ts-expect-error the time of an endpoint is no limit on concurrency
  @endpoint({ limits: { timeoutMs: 5 } })
  async wrongLimit(request: string): Promise<string> {
    return request;
  }
}

// @ts-expect-error an unknown unit
@service({ namespace: "types", resources: { memory: "5GB" } })
export class WrongMemory {
  readonly size = 1;
}

// @ts-expect-error an unknown resource
@service({ namespace: "types", resources: { cpus: 1 } })
export class WrongResource {
  readonly size = 1;
}

export class Dependencies {
  everything = depends(Everything, {
    router: (instances, call) => {
      call.path satisfies string;
      return instances[0]?.instanceId ?? null;
    },
    minInstances: 2,
    waitMs: 10,
    retry: { attempts: 2 },
    breaker: { failures: 2 },
    hedge: { afterMs: 5 },
    interceptors: [both, client],
  });
  simple = depends(Everything, { router: "p2c", breaker: true, retry: false });

  // @ts-expect-error a router gives the id of an instance
  wrong = depends(Everything, { router: () => "first" });

  // @ts-expect-error a second call needs a time
  hedged = depends(Everything, { hedge: {} });

  // @ts-expect-error an interceptor of services does not fit
  side = depends(Everything, { interceptors: [server] });

  async run(): Promise<void> {
    await this.everything.run("x", { interceptors: [client] });
    // @ts-expect-error hooks are no endpoints
    await this.everything.isReady();
  }
}

const Backend = defineService({
  namespace: "types",
  name: "backend",
  endpoints: {
    generate: handler({ input: Words, output: Token, idempotent: true }, async function* (request, context) {
      true satisfies Same<typeof request, Words>;
      true satisfies Same<typeof context, Context>;
      yield { word: request.text };
    }),
    collect: handler({ input: Words, requestStream: true }, async (requests) => {
      for await (const { text } of requests) return text;
      return "";
    }),
    plain: handler({}, async (request: number) => request + 1),
    // @ts-expect-error the request is not what the schema yields
    wrongRequest: handler({ input: Words }, async (_request: { txt: string }) => 1),
    // @ts-expect-error the answer is not what the schema accepts
    wrongAnswer: handler({ output: Token }, async (_request: string) => 1),
    // @ts-expect-error an unknown option
    unknown: handler({ inputs: Words }, async (_request: string) => 1),
  },
});

export class Resumes {
  backend = depends(Backend);

  run(request: Words): void {
    void this.backend.generate(request, {
      resume: ({ request: sent, received, last }) => {
        true satisfies Same<typeof sent, Words>;
        last satisfies z.infer<typeof Token> | null;
        return { text: sent.text.slice(received) };
      },
    });
    // @ts-expect-error it asks for something else
    void this.backend.generate(request, { resume: () => ({ txt: "" }) });
    // @ts-expect-error one answer cannot be gone on with
    void this.backend.plain(1, { resume: () => 1 });
    // @ts-expect-error requests that were taken cannot be sent again
    void this.backend.collect([request], { resume: () => null });
  }
}

export const Middle = defineService({
  namespace: "types",
  name: "middle",
  limits: { maxConcurrency: 3 },
  dependencies: () => ({ backend: depends(Backend), count: { calls: 0 } }),
  endpoints: ({ backend, count }) => ({
    total: handler({ input: Words, http: { method: "GET" } }, async (request) => {
      count.calls += 1;
      const stream = backend.generate(request);
      true satisfies Same<typeof stream, ServiceStream<z.infer<typeof Token>>>;
      const text = backend.collect([request]);
      true satisfies Same<typeof text, Promise<string>>;
      // @ts-expect-error a wrong field of the request
      void backend.generate({ txt: "" });
      // @ts-expect-error an unknown endpoint
      void backend.generat(request);
      return (await backend.plain(1)) + (await text).length;
    }),
  }),
  hooks: {
    onStart: ({ count }) => void (count.calls satisfies number),
    async readiness({ backend }) {
      return (await backend.plain(1)) === 2;
    },
    onRequest: ({ count }, request) => new Response(request.url, { status: count.calls satisfies number }),
  },
});

export class UsesBuilt {
  middle = depends(Middle, { timeoutMs: 5 });

  async run(): Promise<void> {
    true satisfies Same<keyof typeof this.middle, "total">;
    const total = this.middle.total({ text: "" });
    true satisfies Same<typeof total, Promise<number>>;
  }
}

// @ts-expect-error the name is missing
void defineService({ namespace: "types", endpoints: {} });
// @ts-expect-error a function alone is no endpoint
void defineService({ namespace: "types", name: "x", endpoints: { run: async () => 1 } });

const Contract = {
  name: "Elsewhere",
  namespace: "types",
  component: "elsewhere",
  endpoints: {
    first: { name: "first", kind: "unary", input: Words, output: Token, timeoutMs: 5, idempotent: true },
  },
} as const;

void defineService({
  contract: Contract,
  endpoints: { first: handler({}, async (request: Words) => ({ word: request.text })) },
});
void defineService({
  // @ts-expect-error it gives something else than the contract says
  contract: Contract,
  endpoints: { first: handler({}, async (request: Words) => request.text) },
});
// @ts-expect-error an endpoint of the contract is missing
void defineService({ contract: Contract, endpoints: {} });

const Tenant = metadataKey("tenant");
const Budget = metadataKey("budget", z.object({ tokens: z.number() }));
const User = contextValue<{ name: string }>("User");

export function reads(context: Context): void {
  true satisfies Same<ReturnType<typeof Tenant.get>, string | undefined>;
  true satisfies Same<ReturnType<typeof Budget.get>, { tokens: number } | undefined>;
  User.require(context).name satisfies string;
  // @ts-expect-error a budget has tokens
  void Budget.entry({ token: 1 });
  // @ts-expect-error another type of value
  User.set(context, { nam: "" });
}

void serve(Middle, { interceptors: { server: [both] }, http: { app: () => new Response(), listen: false } });
// @ts-expect-error an app answers with a response
void serve(Middle, { http: { app: () => "text" } });

const web = toWebStream(Promise.resolve(1));
true satisfies Same<typeof web, ReadableStream<number>>;
