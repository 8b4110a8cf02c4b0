/** The exports that run tasks, before anybody started them, and with numbers that mean nothing. */
import requireAddon from "../generated/bindings/require-addon.cts";
import { addonPlatform } from "../generated/support/addon-file-name.ts";

const raw = requireAddon(addonPlatform());
const wrong = (value: unknown): never => value as never;
const task = raw.addLater(1, 2);
const start = (raw["stator.start"](wrong({})) as string[])[0];
for (const number of [999, -1, wrong("x"), wrong(undefined)]) {
  raw["stator.cancel"](number);
  raw["stator.take"](number);
  raw["stator.reply"](number, number, "x");
  raw["stator.close"](number);
}
console.log(JSON.stringify({ task, start, drained: raw["stator.drain"]() }));
