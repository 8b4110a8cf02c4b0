import type { Addon, Config, Output } from "../config/config.ts";
import { GenerationError } from "../generation-error.ts";

/** The outputs of a configuration that name an addon. Throws when there are none. */
export function addonOutputs(config: Config): { output: Output; addon: Addon }[] {
  const found = config.outputs.flatMap((output) => (output.addon === null ? [] : [{ output, addon: output.addon }]));
  if (found.length > 0) return found;
  throw new GenerationError(['no output names an addon: add "addon": { "name": "my-addon" } to one.']);
}
