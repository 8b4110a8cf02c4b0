import { parseDocument } from "@stator/contract";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { parseArgs } from "node:util";
import { generate } from "../generate.ts";
import { GenerationError } from "../generation-error.ts";
import { isGenerated } from "../output/header.ts";
import { printDrift } from "../output/print-drift.ts";
import { exportServices } from "../typescript/export-services.ts";
import { UsageError } from "./arguments.ts";
import { generateOutputs } from "./generate-outputs.ts";

type ExportArguments = {
  readonly services: readonly string[];
  /** A folder, a file that ends in `.json`, or null for standard output. */
  readonly out: string | null;
  readonly check: boolean;
  readonly jsonSchema: boolean;
  readonly openApi: boolean;
};

/** Where a command prints: results, and remarks that are no part of them. */
export type Printer = { readonly result: (text: string) => void; readonly remark: (text: string) => void };

/** `stator-codegen export <file>#<Service>... [--out <folder or file>]`. Says false when `--check` found a difference. */
export async function exportCommand(parameters: readonly string[], printer: Printer): Promise<boolean> {
  const parsed = parse(parameters);
  const { services, out, check, jsonSchema, openApi } = parsed;
  if (out !== null && !out.endsWith(".json")) {
    const command = ["stator-codegen", "export", ...parameters.filter((word) => word !== "--check")].join(" ");
    const output = {
      crate: "",
      services,
      bin: null,
      features: [],
      extras: { jsonSchema, openApi },
      folder: resolve(out),
      addon: null,
      label: out,
    };
    return generateOutputs(
      { folder: process.cwd(), command, outputs: [output] },
      { check, fromDocument: false },
      printer.result,
    );
  }
  const { text, notes } = await exportServices(services, process.cwd());
  // Nothing is given out that the generator would not take.
  generate(parseDocument(text, services.join(", ")), text, "");
  for (const note of notes) printer.remark(`note: ${note}`);
  if (out === null) printer.result(text.trimEnd());
  else return writeDocument(resolve(out), out, text, check, printer);
  return true;
}

function writeDocument(path: string, label: string, after: string, check: boolean, printer: Printer): boolean {
  const before = existsSync(path) ? readFileSync(path, "utf8") : null;
  if (check) {
    if (before === after) return true;
    const name = path.slice(dirname(path).length + 1);
    printer.result(printDrift(dirname(label), { write: [{ path: name, before, after }], remove: [], unchanged: 0 }));
    return false;
  }
  if (before !== null && !isGenerated("document.json", before)) {
    throw new GenerationError([`${label} is no document, but one goes there. Move it away.`]);
  }
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, after);
  printer.result(`${label}: ${before === after ? "unchanged" : "written"}`);
  return true;
}

function parse(parameters: readonly string[]): ExportArguments {
  try {
    const { values, positionals } = parseArgs({
      args: [...parameters],
      options: {
        out: { type: "string", short: "o" },
        check: { type: "boolean", default: false },
        "json-schema": { type: "boolean", default: false },
        "open-api": { type: "boolean", default: false },
      },
      allowPositionals: true,
    });
    const { out = null, check } = values;
    const [jsonSchema, openApi] = [values["json-schema"], values["open-api"]];
    if (positionals.length === 0) throw new Error("export takes services, such as src/app.ts#Backend");
    if (out === "") throw new Error("--out takes a folder, or a file that ends in .json");
    if (check && out === null) throw new Error("--check compares with --out");
    if ((jsonSchema || openApi) && (out === null || out.endsWith(".json"))) {
      throw new Error("--json-schema and --open-api are files of a folder: name one with --out");
    }
    return { services: positionals, out, check, jsonSchema, openApi };
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
}
