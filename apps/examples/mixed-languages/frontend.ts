import { api, type Context, depends, service } from "@stator/sdk";

import { Counter } from "./counter.ts";
import { Count, CountError, Numbers, Pause, Token, Words } from "./generated/index.ts";

/** A service in TypeScript before one in Rust. A declared error passes with its value and its HTTP status. */
@service({ namespace: "mixed" })
export class Frontend {
  counter = depends(Counter);

  @api({ path: "/exact", input: Numbers, output: Numbers })
  async exact(request: Numbers, context: Context): Promise<Numbers> {
    const hop = { service: "Frontend", language: "typescript" as const, instance: context.instanceId };
    return this.counter.exact({ ...request, seenBy: [...request.seenBy, hop] });
  }

  @api({ path: "/count", input: Words, output: Count, error: CountError })
  async count(request: Words): Promise<Count> {
    return this.counter.count(request);
  }

  @api({ path: "/split", input: Words, output: Token, error: CountError })
  async *split(request: Words): AsyncGenerator<Token> {
    yield* this.counter.split(request);
  }

  @api({ path: "/wait", input: Pause, output: Token })
  async *wait(request: Pause): AsyncGenerator<Token> {
    yield* this.counter.wait(request);
  }
}
