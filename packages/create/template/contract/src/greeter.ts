import { configuration, endpoint, service } from "@stator/sdk";
import { z } from "zod";

import { GreeterContract, type GreeterService, type Greeting, type Guests } from "./generated/index.ts";

const Settings = z.object({
  /** What stands before the name. */
  salutation: z.string().default("Hello"),
});

/** Greets guests, one after another. Names, schemas and limits are those of the contract. */
@service({ contract: GreeterContract })
export class Greeter implements GreeterService {
  config = configuration(Settings);

  @endpoint()
  async *greet({ names }: Guests): AsyncGenerator<Greeting> {
    for (const name of names) yield { text: `${this.config.salutation}, ${name}!` };
  }
}
