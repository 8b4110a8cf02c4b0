/** Type tests: `tsc` checks this file. Every `@ts-expect-error` is a mistake that the compiler must refuse. */
import { z } from "zod";

import { configuration } from "../index.ts";

/** `true` where the types are the same; `any` is the same as nothing. */
type Same<A, B> = 0 extends 1 & A ? false : [A] extends [B] ? ([B] extends [A] ? true : false) : false;

const Settings = z.object({
  maxTokens: z.number().default(256),
  model: z.object({ name: z.string().default("small"), size: z.number() }),
  since: z.string().transform((text) => new Date(text)),
  tags: z.array(z.string()).default([]),
});

export class Worker {
  config = configuration(Settings, { model: { name: "own" }, tags: ["a"] });

  use(): void {
    true satisfies Same<typeof this.config.maxTokens, number>;
    true satisfies Same<typeof this.config.model.name, string>;
    true satisfies Same<typeof this.config.since, Date>;
    // @ts-expect-error a configuration does not change
    this.config.maxTokens = 5;
    // @ts-expect-error an unknown key
    void this.config.maxTokenz;
  }
}

void configuration(Settings);
// @ts-expect-error a value of the wrong type
void configuration(Settings, { maxTokens: "5" });
// @ts-expect-error an unknown key
void configuration(Settings, { maxTokenz: 5 });
// @ts-expect-error a configuration has keys
void configuration(z.string());
// @ts-expect-error no schema
void configuration({ maxTokens: 5 });
