import { parseDocument } from "@stator/contract";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, relative, resolve } from "node:path";
import { parseArgs } from "node:util";
import { addonOutputs } from "../addon/addon-outputs.ts";
import { compareExports } from "../addon/compare-exports.ts";
import { listExports } from "../addon/list-exports.ts";
import { readConfig } from "../config/config.ts";
import { GenerationError } from "../generation-error.ts";
import { addonFileName } from "../support/addon-file-name.ts";
import { UsageError } from "./arguments.ts";

/**
 * `stator-codegen exports [<addon> <document>]`: loads addons and compares what they export with what their stubs were
 * generated from. Without arguments it takes all addons of the configuration. Says whether all agree.
 */
export function checkExports(parameters: readonly string[], print: (text: string) => void): boolean {
  let clean = true;
  for (const { addon, document } of pairs(parameters)) {
    const text = read(document);
    const problems = compareExports(parseDocument(text, document), listExports(load(addon)));
    if (problems.length === 0) {
      print(`${addon}: exports what ${document} has`);
      continue;
    }
    clean = false;
    for (const problem of problems) print(`${addon}: ${problem}`);
    print(
      `${addon} is not what ${document} says. Build it again with \`stator-codegen build-addon\`, or generate again.`,
    );
  }
  return clean;
}

function pairs(parameters: readonly string[]): { addon: string; document: string }[] {
  const { config: path, positionals } = parse(parameters);
  const [addon, document, ...more] = positionals;
  if (addon !== undefined) {
    if (document === undefined || more.length > 0) throw new UsageError("exports takes an addon and a document");
    return [{ addon, document }];
  }
  const config = readConfig(path);
  return addonOutputs(config).map(({ output, addon: { name, folder } }) => ({
    addon: relative(process.cwd(), join(folder, addonFileName(name))),
    document: relative(process.cwd(), join(output.folder, "document.json")),
  }));
}

function parse(parameters: readonly string[]): { config: string; positionals: string[] } {
  try {
    const options = { config: { type: "string", default: "stator.codegen.json" } } as const;
    const { values, positionals } = parseArgs({ args: [...parameters], options, allowPositionals: true });
    return { config: values.config, positionals };
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
}

function load(path: string): object {
  try {
    return createRequire(import.meta.url)(resolve(path)) as object;
  } catch (error) {
    throw new GenerationError([
      `${path} cannot be loaded: ${(error as Error).message}. Build it with \`stator-codegen build-addon\`.`,
    ]);
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new GenerationError([`${path}: ${(error as Error).message}`]);
  }
}
