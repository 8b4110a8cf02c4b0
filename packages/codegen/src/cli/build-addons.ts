import { relative } from "node:path";
import { buildAddon } from "../addon/build-addon.ts";
import type { Config } from "../config/config.ts";
import { GenerationError } from "../generation-error.ts";

/** `stator-codegen build-addon`: compiles the addon of each output that has one. */
export async function buildAddons(config: Config, print: (text: string) => void): Promise<void> {
  const addons = config.outputs.flatMap((output) => (output.addon === null ? [] : [{ output, addon: output.addon }]));
  if (addons.length === 0) {
    throw new GenerationError(['no output names an addon: add "addon": { "name": "my-addon" } to one.']);
  }
  for (const { output, addon } of addons) {
    const path = await buildAddon(output, addon, config.folder);
    print(`${output.crate} > ${relative(config.folder, path)}`);
  }
}
