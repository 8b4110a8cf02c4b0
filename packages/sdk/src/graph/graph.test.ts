import { describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { z } from "zod";

import { ConfigurationLayers } from "../configuration/configuration-layers.ts";
import { valueEntries } from "../configuration/value-entries.ts";
import {
  abstractService,
  type Context,
  commandService,
  configuration,
  defineService,
  depends,
  endpoint,
  graph,
  type Graph,
  handler,
  serve,
  service,
  type Serving,
  type StatorError,
} from "../index.ts";

@abstractService()
abstract class Engine {
  abstract run(request: string, context: Context): Promise<string>;
}

@service({ namespace: "test" })
class Fast extends Engine {
  @endpoint()
  async run(request: string): Promise<string> {
    return `fast ${request}`;
  }
}

@service({ namespace: "test" })
class Slow extends Engine {
  readonly config = configuration(z.object({ suffix: z.string().default("") }));

  @endpoint()
  async run(request: string): Promise<string> {
    return `slow ${request}${this.config.suffix}`;
  }
}

@service({ namespace: "test" })
class Processor {
  engine = depends(Engine);

  @endpoint()
  async run(request: string): Promise<string> {
    return this.engine.run(request);
  }
}

@service({ namespace: "test" })
class Frontend {
  processor = depends(Processor);

  @endpoint()
  async ask(request: string): Promise<string> {
    return this.processor.run(request);
  }
}

@service({ namespace: "test" })
class Split {
  prefill = depends(Engine);
  decode = depends(Engine);
}

const classes = (of: { nodes(): readonly { definition: { className: string } }[] }) =>
  of.nodes().map(({ definition }) => definition.className);
const found = (of: { check(options?: { gpus: string[] }): { kind: string; message: string }[] }, gpus: string[] = []) =>
  of.check({ gpus }).map(({ kind, message }) => `${kind}: ${message}`);

const ask = async ({ runtime }: Serving) =>
  (await runtime.endpoint("test.frontend.ask").client<string, string>()).generate("a").one();

const chain = graph(Frontend).link(Processor);

describe("link", () => {
  test("gives a new graph and leaves the old one as it was", () => {
    const [fast, slow] = [chain.link(Fast), chain.link(Slow)];
    expect(classes(fast)).toEqual(["Fast", "Processor", "Frontend"]);
    expect(classes(slow)).toEqual(["Slow", "Processor", "Frontend"]);
    expect(found(chain)).toEqual([
      "unresolved: Processor.engine: Engine is abstract, and nothing is linked for it; link a service that extends it: graph(...).link(MyEngine).",
    ]);
    expect(() => Object.assign(fast, { parts: null })).toThrow(TypeError);
  });

  // Defect m of the original: all graphs of a process were one.
  test("two graphs of the same classes serve in one process, each with its own", async () => {
    const folder = mkdtempSync(join(tmpdir(), "stator-two-graphs-"));
    const start = (of: Graph, name: string, configured = {}) =>
      serve(of, {
        runtime: { discovery: "file", filePath: join(folder, name) },
        signals: false,
        configuration: configured,
      });
    {
      await using fast = await start(chain.link(Fast), "fast");
      await using slow = await start(chain.link(Slow), "slow", { Slow: { suffix: "!" } });
      expect(await Promise.all([ask(fast), ask(slow), ask(fast)])).toEqual(["fast a", "slow a!", "fast a"]);
    }
    rmSync(folder, { recursive: true });
  });

  test("to one of several fields needs their names", () => {
    const split = graph(Split);
    expect(found(split.link(Fast))).toEqual([
      'ambiguous: Fast fits Split.prefill and Split.decode; say which are meant: { as: ["prefill", "decode"] }.',
    ]);
    expect(found(split.link(Fast, { as: ["prefill", "decode"] }))).toEqual([]);
    const both = split.link(Fast, { as: "prefill" }).link(Slow, { as: "Split.decode" });
    expect(found(both)).toEqual([]);
    expect(both.nodes().at(-1)?.dependsOn).toEqual(["test.fast", "test.slow"]);
    expect(found(split.link(Fast).link(Slow))).toContain(
      'ambiguous: Split.prefill: Fast and Slow are linked for it; name the field: { as: "prefill" }.',
    );
  });

  test("of what nobody depends on is found", () => {
    const loose = chain.link(Fast) as unknown as { link(service: unknown, options?: object): typeof chain };
    expect(found(loose.link(Split))).toEqual([
      "unused-link: link(Split): no service of the graph (Fast, Processor, Frontend) depends on it.",
    ]);
    expect(found(loose.link(Slow, { as: "engin" }))).toEqual([
      'unused-link: link(Slow): there is no field "engin" that it fits; did you mean "engine"?',
    ]);
    expect(() => loose.link(Split).nodes()).toThrow("no service of the graph");
    expect(() => loose.link(Map)).toThrow("link: Map is not a service");
    expect(() => loose.link(Slow, { az: "x" })).toThrow('unknown option "az"; did you mean "as"?');
    expect(() => loose.link(Slow, { as: [] })).toThrow("as is the name of a field");
  });

  test("replaces a class by one that extends it", () => {
    @service({ namespace: "test", name: "better" })
    class Better extends Fast {}
    @service({ namespace: "test" })
    class Client {
      fast = depends(Fast);
    }
    expect(classes(graph(Client))).toEqual(["Fast", "Client"]);
    expect(classes(graph(Client).link(Better))).toEqual(["Better", "Client"]);
  });

  test("of a program or a class stands for its contract", () => {
    const text = z.string();
    const run = { name: "run", kind: "unary", input: text, output: text, timeoutMs: null, idempotent: false } as const;
    const Contract = { name: "Program", namespace: "test", component: "program", endpoints: { run } } as const;
    const Program = commandService(Contract, { command: ["./program"] });
    @service({ contract: Contract })
    class InTypeScript {
      @endpoint()
      async run(request: string): Promise<string> {
        return request;
      }
    }
    @service({ namespace: "test" })
    class Client {
      program = depends(Contract);
    }
    expect(classes(graph(Client))).toEqual(["Client"]);
    expect(classes(graph(Client).link(Program))).toEqual(["Program", "Client"]);
    expect(classes(graph(Client).link(InTypeScript))).toEqual(["InTypeScript", "Client"]);

    @service({ namespace: "test", name: "program" })
    class Wrong {
      @endpoint()
      async *run(request: string): AsyncGenerator<string> {
        yield request;
      }
    }
    expect(found(graph(Client).link(Wrong, { as: "program" }))).toEqual([
      'mistyped: Client.program: Wrong has "run" as server-stream, not unary, which Program promises.',
    ]);
  });

  test("finds private fields by their names", () => {
    @service({ namespace: "test" })
    class Hidden {
      private readonly engine = depends(Engine);
      #other = depends(Fast);
      use(): unknown[] {
        return [this.engine, this.#other];
      }
    }
    expect(classes(graph(Hidden).link(Slow, { as: "engine" }))).toEqual(["Slow", "Fast", "Hidden"]);
  });
});

describe("check", () => {
  test("is content with a circle that is wanted, and finds one that links make", () => {
    @service({ namespace: "test" })
    class Ping {
      pong = depends((): typeof Pong => Pong);
    }
    @service({ namespace: "test" })
    class Pong {
      ping: object = depends(Ping);
    }
    expect(found(graph(Ping))).toEqual([]);
    @service({ namespace: "test" })
    class Nested extends Engine {
      inner = depends(Engine);
      @endpoint()
      async run(request: string): Promise<string> {
        return this.inner.run(request);
      }
    }
    expect(found(chain.link(Nested))).toEqual([
      "cyclic: Nested -> Nested is a circle; where it is wanted, write depends(() => X) on one side.",
    ]);
  });

  test("finds GPUs that are not there", () => {
    const text = z.string();
    const run = { name: "run", kind: "unary", input: text, output: text, timeoutMs: null, idempotent: false } as const;
    const Contract = { name: "Model", namespace: "test", component: "model", endpoints: { run } } as const;
    const Model = commandService(Contract, { command: ["./model"], workers: 3, resources: { gpu: 2 } });
    expect(found(graph(Model), ["0", "1", "2", "3", "4", "5"])).toEqual([]);
    expect(found(graph(Model), ["0", "1", "2", "3", "4"])).toEqual([
      "over-committed: Model: 3 x 2 GPU are wanted, and 5 GPUs are there: 2 of 3 workers get theirs.",
    ]);
  });

  test("finds more memory than there is", () => {
    const text = z.string();
    const run = { name: "run", kind: "unary", input: text, output: text, timeoutMs: null, idempotent: false } as const;
    const Contract = { name: "Model", namespace: "test", component: "model", endpoints: { run } } as const;
    const Model = commandService(Contract, { command: ["./model"], workers: 2, resources: { memory: "1Ei" } });
    expect(graph(Model).check()).toMatchObject([{ kind: "over-committed", where: "memory" }]);
  });

  test("finds two services under one name", () => {
    @service({ namespace: "test", name: "fast" })
    class Impostor {
      fast = depends(Fast);
    }
    expect(found(graph(Impostor))).toEqual([
      'duplicate: Two services of the graph are both "test.fast"; give one another name.',
    ]);
  });

  test("finds a configuration that is missing", () => {
    @service({ namespace: "test" })
    class Needy {
      readonly config = configuration(z.object({ key: z.string() }));
    }
    expect(graph(Needy).check()).toMatchObject([{ kind: "configuration" }]);
  });
});

test("leaves out what runs elsewhere, and draws it so", () => {
  const part = chain.link(Fast).elsewhere(Fast);
  expect(classes(part)).toEqual(["Processor", "Frontend"]);
  expect(part.toMermaid()).toBe(
    `flowchart TD
  s0["Frontend<br/>test.frontend"]
  s1["Processor<br/>test.processor"]
  s2(["Fast<br/>elsewhere"]):::elsewhere
  s0 --> s1
  s1 --> s2
  classDef elsewhere stroke-dasharray: 4
`,
  );
  const svg = part.toSvg();
  expect(svg.match(/<rect /g)).toHaveLength(3);
  expect(svg.match(/marker-end/g)).toHaveLength(2);
});

test("an abstract class cannot be served, nor called before it is linked", () => {
  expect(() => graph(Engine as never)).toThrow("graph: Engine is not a service");
  expect(() => graph(Processor).nodes()).toThrow("Processor.engine: Engine is abstract");
});

test("services that are built take part: by the names of their dependencies, with a configuration", () => {
  const Settings = z.object({ key: z.string() });
  const Built = defineService({
    namespace: "test",
    name: "built",
    dependencies: () => ({ engine: depends(Engine), config: configuration(Settings) }),
    endpoints: ({ engine, config }) => ({
      ask: handler({ input: z.string() }, async (request) => config.key + (await engine.run(request))),
    }),
  });
  const linked = graph(Built).link(Fast, { as: "engine" });
  expect(linked.check()).toMatchObject([{ kind: "configuration", message: expect.stringContaining("Built.key: ") }]);
  const layers = new ConfigurationLayers(valueEntries({ Built: { key: "k" } }, "test"));
  expect(linked.nodes(layers).map(({ definition }) => definition.className)).toEqual(["Fast", "Built"]);
});

test("limits of a configuration stand over those of the class, and hold", async () => {
  @service({ namespace: "test", limits: { maxConcurrency: 8, timeoutMs: 60_000 } })
  class Limited {
    @endpoint()
    async wait(_request: null, context: Context): Promise<void> {
      await new Promise((resolve) => context.signal.addEventListener("abort", resolve));
    }
  }
  await using serving = await serve(Limited, {
    runtime: { discovery: "memory" },
    signals: false,
    configuration: { Limited: { limits: { maxConcurrency: 1, timeoutMs: 100 } } },
  });
  const client = await serving.runtime.endpoint("test.limited.wait").client<null, null>();
  const calls = [client.generate(null).one(), client.generate(null).one()];
  const codes = (await Promise.allSettled(calls)).map(
    (each) => each.status === "rejected" && (each.reason as StatorError).code,
  );
  expect(new Set(codes)).toEqual(new Set(["deadline_exceeded", "overloaded"]));
  const wrong = {
    runtime: { discovery: "memory" },
    signals: false,
    configuration: { Fast: { limits: { queue: 1 } } },
  } as const;
  const error: unknown = await serve(Fast, wrong).catch((thrown: unknown) => thrown);
  expect(String(error)).toContain("queue needs maxConcurrency");
});
