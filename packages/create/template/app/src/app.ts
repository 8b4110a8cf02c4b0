import { api, depends, graph, service } from "@stator/sdk";

import { Greeter } from "./greeter.ts";
import { Greeting, Guests } from "./messages.ts";

/** Answers `POST /greet` with a greeting for each guest, one by one. */
@service({ namespace: "greetings" })
export class Frontend {
  // A typed client: the greeter may run in another process, or on another machine.
  greeter = depends(Greeter);

  @api({ path: "/greet", input: Guests, output: Greeting })
  async *greet(request: Guests): AsyncGenerator<Greeting> {
    yield* this.greeter.greet(request);
  }
}

export const app = graph(Frontend);
