import { relative } from "node:path";
import { parseArgs } from "node:util";
import { addonOutputs } from "../addon/addon-outputs.ts";
import { buildAddon } from "../addon/build-addon.ts";
import { readConfig } from "../config/config.ts";
import { UsageError } from "./arguments.ts";

/** `stator-codegen build-addon`: compiles the addon of each output that names one. */
export async function buildAddons(parameters: readonly string[], print: (text: string) => void): Promise<void> {
  const { config: path, target, profile, locked } = parse(parameters);
  const config = readConfig(path);
  for (const { output, addon } of addonOutputs(config)) {
    const file = await buildAddon(output, addon, config.folder, { target: target ?? null, profile, locked });
    print(`${output.crate} > ${relative(config.folder, file)}`);
  }
}

function parse(parameters: readonly string[]): {
  config: string;
  target?: string | undefined;
  profile: string;
  locked: boolean;
} {
  try {
    const { values } = parseArgs({
      args: [...parameters],
      options: {
        config: { type: "string", default: "stator.codegen.json" },
        target: { type: "string" },
        profile: { type: "string", default: "release" },
        locked: { type: "boolean", default: false },
      },
    });
    return values;
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
}
