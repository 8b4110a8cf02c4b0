import { type Context, depends, endpoint, serve, service } from "@stator/sdk";

import { Backend } from "./backend.ts";
import { type MiddleService, Token, Words } from "./generated/index.ts";

/** Stands between the front end and the backend, and leaves its mark on each word. */
@service({ namespace: "hello" })
export class Middle implements MiddleService {
  backend = depends(Backend);

  @endpoint({ input: Words, output: Token, idempotent: true })
  async *generate(request: Words, context: Context): AsyncGenerator<Token> {
    for await (const token of this.backend.generate(request)) {
      yield { ...token, servedBy: [...token.servedBy, { service: "Middle", instance: context.instanceId }] };
    }
  }
}

if (import.meta.main) await serve(Middle);
