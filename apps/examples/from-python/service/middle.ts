/** Stands between the caller and the back end, and writes each word in capitals. */
import { depends, endpoint, serve, service } from "@stator/sdk";

import { Backend } from "./backend.ts";
import { Token, Words } from "./messages.ts";

@service({ namespace: "from-python" })
export class Middle {
  backend = depends(Backend);

  @endpoint({ input: Words, output: Token })
  async *generate(request: Words): AsyncGenerator<Token> {
    for await (const token of this.backend.generate(request)) {
      yield { ...token, text: token.text.toUpperCase() };
    }
  }
}

if (import.meta.main) await serve(Middle);
