import { configuration, endpoint, service } from "@stator/sdk";
import { z } from "zod";

import { Greeting, Guests } from "./messages.ts";

const Settings = z.object({
  /** What stands before the name. */
  salutation: z.string().default("Hello"),
});

/** Greets guests, one after another. */
@service({ namespace: "greetings" })
export class Greeter {
  config = configuration(Settings);

  @endpoint({ input: Guests, output: Greeting, idempotent: true })
  async *greet({ names }: Guests): AsyncGenerator<Greeting> {
    for (const name of names) yield { text: `${this.config.salutation}, ${name}!` };
  }
}
