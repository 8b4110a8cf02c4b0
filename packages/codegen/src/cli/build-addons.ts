import { relative } from "node:path";
import { parseArgs } from "node:util";
import { addonOutputs } from "../addon/addon-outputs.ts";
import { readTarget } from "../addon/addon-target.ts";
import { buildAddon } from "../addon/build-addon.ts";
import { printInspection } from "../addon/inspect/inspect-addon.ts";
import { printSize } from "../addon/print-size.ts";
import { readConfig } from "../config/config.ts";
import { UsageError } from "./arguments.ts";

/** `stator-codegen build-addon`: compiles the addon of each output that names one, and says what each has become. */
export async function buildAddons(parameters: readonly string[], print: (text: string) => void): Promise<void> {
  const { config: path, target: triple, profile, locked, strip } = parse(parameters);
  const target = triple === undefined ? null : readTarget(triple);
  const config = readConfig(path);
  for (const { output, addon } of addonOutputs(config)) {
    const built = await buildAddon(output, addon, config.folder, { target, profile, locked, strip });
    print(`${output.crate} > ${relative(config.folder, built.file)}`);
    const { bytes, bytesBefore: before, inspection } = built;
    const was = before === null || before === bytes ? "" : `, ${printSize(before)} before`;
    print(`  ${printSize(bytes)}${was}: ${printInspection(inspection)}`);
  }
}

function parse(parameters: readonly string[]): {
  config: string;
  target?: string | undefined;
  profile: string;
  locked: boolean;
  strip: boolean;
} {
  try {
    const { values } = parseArgs({
      args: [...parameters],
      options: {
        config: { type: "string", default: "stator.codegen.json" },
        target: { type: "string" },
        profile: { type: "string", default: "release" },
        locked: { type: "boolean", default: false },
        strip: { type: "boolean", default: false },
      },
    });
    return values;
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
}
