import { api, type Context, depends, serve, service } from "@stator/sdk";

import { Token, Words } from "./generated/index.ts";
import { Middle } from "./middle.ts";

/** Answers `POST /generate` with the words of the posted text, one by one. */
@service({ namespace: "hello" })
export class Frontend {
  middle = depends(Middle);

  @api({ path: "/generate", input: Words, output: Token })
  async *generate(request: Words, context: Context): AsyncGenerator<Token> {
    for await (const token of this.middle.generate(request)) {
      yield { ...token, servedBy: [...token.servedBy, { service: "Frontend", instance: context.instanceId }] };
    }
  }
}

if (import.meta.main) {
  const serving = await serve(Frontend);
  console.log(`ready ${serving.url}`);
}
