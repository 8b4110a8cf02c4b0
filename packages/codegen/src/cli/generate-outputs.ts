import { parseDocument } from "@stator/contract";
import { readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { type Config, type Output, sourceName } from "../config/config.ts";
import { runContractCrate } from "../document/run-contract-crate.ts";
import { type Extras, generate } from "../generate.ts";
import { GenerationError } from "../generation-error.ts";
import { applyChanges, compareFolder } from "../output/output-folder.ts";
import { printDrift } from "../output/print-drift.ts";
import { exportServices } from "../typescript/export-services.ts";

export type Mode = { readonly check: boolean; readonly fromDocument: boolean };

/** Generates every output of a configuration. Says false when `check` found a difference. */
export async function generateOutputs(config: Config, mode: Mode, print: (text: string) => void): Promise<boolean> {
  let clean = true;
  for (const output of config.outputs) {
    const { text, notes } = mode.fromDocument
      ? { text: committedDocument(output), notes: [] }
      : await documentOf(output, config.folder);
    const name = sourceName(output);
    const document = parseDocument(text, mode.fromDocument ? join(output.label, "document.json") : name);
    const files = generate(document, text, config.command, extrasOf(output));
    const changes = compareFolder(output.folder, files);
    const changed = changes.write.length + changes.remove.length;
    if (!mode.check) {
      for (const note of notes) print(`note: ${note}`);
      applyChanges(output.folder, changes);
      const counts = `${changes.write.length} written, ${changes.remove.length} removed, ${changes.unchanged} unchanged`;
      print(`${name} > ${output.label}: ${counts}`);
    } else if (changed > 0) {
      clean = false;
      print(printDrift(output.label, changes));
      print(`${output.label} is not what ${name} generates (${changed} files). Run \`${config.command}\`.`);
    } else {
      print(`${name} > ${output.label}: up to date`);
    }
  }
  return clean;
}

async function documentOf(output: Output, folder: string): Promise<{ text: string; notes: readonly string[] }> {
  if (output.services.length > 0) return exportServices(output.services, folder);
  return { text: await runContractCrate(crateOf(output), folder), notes: [] };
}

function crateOf(output: Output): Parameters<typeof runContractCrate>[0] {
  return { name: output.crate, bin: output.bin, features: output.features };
}

function extrasOf({ extras, addon, folder }: Output): Extras {
  if (addon === null) return extras;
  const path = relative(join(folder, "bindings"), addon.folder).replaceAll(sep, "/");
  return { ...extras, addon: { ...addon, folder: path.startsWith(".") ? path : `./${path}` } };
}

function committedDocument(output: Output): string {
  try {
    return readFileSync(join(output.folder, "document.json"), "utf8");
  } catch (error) {
    throw new GenerationError([
      `${output.label}/document.json: ${(error as Error).message}. Run without --from-document once.`,
    ]);
  }
}
