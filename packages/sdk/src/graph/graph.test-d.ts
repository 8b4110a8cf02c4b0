/** Type tests: `tsc` checks this file. Every `@ts-expect-error` is a mistake that the compiler must refuse. */
import { z } from "zod";

import { abstractService, commandService, depends, endpoint, graph, service } from "../index.ts";

@abstractService()
abstract class Engine {
  abstract run(request: string): Promise<string>;
}

@service({ namespace: "types" })
class Fast extends Engine {
  @endpoint()
  async run(request: string): Promise<string> {
    return request;
  }
}

@service({ namespace: "types" })
class Other {
  @endpoint()
  async run(request: number): Promise<string> {
    return String(request);
  }
}

@service({ namespace: "types" })
class Streams {
  @endpoint()
  async *run(request: string): AsyncGenerator<string> {
    yield request;
  }
}

@service({ namespace: "types" })
class Processor {
  engine = depends(Engine);
  readonly size = 1;
  readonly anything: object = {};

  @endpoint()
  async process(request: string): Promise<string> {
    return this.engine.run(request);
  }
}

@service({ namespace: "types" })
class Frontend {
  processor = depends(Processor);
}

@service({ namespace: "types" })
export class Hidden {
  private engine = depends(Engine);

  use(): unknown {
    return this.engine;
  }
}

const chain = graph(Frontend).link(Processor);
void chain.link(Fast);
void chain.link(Fast, { as: "engine" });
void chain.link(Fast, { as: ["engine", "Processor.engine"] });
// A private field cannot be seen; its name can be given.
void graph(Hidden).link(Fast, { as: "engine" });

// @ts-expect-error nobody depends on the front end
void chain.link(Frontend);
// @ts-expect-error the processor is not part of the graph yet
void graph(Frontend).link(Fast);
// @ts-expect-error its endpoint takes something else
void chain.link(Other);
// @ts-expect-error its endpoint is of another kind
void chain.link(Streams);
// @ts-expect-error an abstract class is no service
void chain.link(Engine);
// @ts-expect-error an abstract class is no service
void graph(Engine);
// @ts-expect-error an unknown option
void chain.link(Fast, { az: "engine" });
// @ts-expect-error a field of the graph is private: name it
void graph(Hidden).link(Fast);

const text = z.string();
const run = { name: "run", kind: "unary", input: text, output: text, timeoutMs: null, idempotent: false } as const;
const Contract = { name: "Program", namespace: "types", component: "program", endpoints: { run } } as const;
const OtherContract = { ...Contract, endpoints: { walk: run } } as const;

@service({ namespace: "types" })
export class Client {
  program = depends(Contract);
}

void graph(Client).link(commandService(Contract, { command: ["./program"] }));
// @ts-expect-error a program with another contract
void graph(Client).link(commandService(OtherContract, { command: ["./program"] }));

void chain.check({ gpus: ["0"], files: ["stator.yaml"] });
// @ts-expect-error an unknown option
void chain.check({ gpu: ["0"] });
