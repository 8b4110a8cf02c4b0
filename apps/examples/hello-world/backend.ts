import { type Context, endpoint, serve, service } from "@stator/sdk";

import { type BackendService, Token, Words } from "./generated/index.ts";

/** Cuts a text into words. */
@service({ namespace: "hello" })
export class Backend implements BackendService {
  @endpoint({ input: Words, output: Token, idempotent: true })
  async *generate(request: Words, context: Context): AsyncGenerator<Token> {
    const words = request.text.split(/\s+/).filter((word) => word !== "");
    for (const [index, text] of words.entries()) {
      yield { index, text, servedBy: [{ service: "Backend", instance: context.instanceId }] };
    }
  }
}

if (import.meta.main) await serve(Backend);
