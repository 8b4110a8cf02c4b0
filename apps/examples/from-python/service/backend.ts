/** The back end: cuts a text into words. */
import { endpoint, serve, service } from "@stator/sdk";

import { Token, Words } from "./messages.ts";

@service({ namespace: "from-python" })
export class Backend {
  @endpoint({ input: Words, output: Token }) // checks both
  async *generate(request: Words): AsyncGenerator<Token> {
    for (const [index, text] of request.text.split(/\s+/).entries()) yield { index, text };
  }
}

if (import.meta.main) await serve(Backend); // makes the runtime, and ends in order on SIGTERM
