import { readFileSync } from "node:fs";
import { dirname, isAbsolute, join, normalize, resolve, sep } from "node:path";
import type { Extras } from "../generate.ts";
import { GenerationError } from "../generation-error.ts";

/** One contract and the folder that its TypeScript goes to. */
export type Output = {
  /** The Cargo package; empty when the contract is that of `services`. */
  readonly crate: string;
  /** `<file>#<Service>`, relative to the folder of the configuration; empty when the contract is a crate. */
  readonly services: readonly string[];
  /** Its binary, for packages with several. */
  readonly bin: string | null;
  readonly features: readonly string[];
  /** What is generated beside TypeScript. */
  readonly extras: Extras;
  /** The addon of a crate with bindings. */
  readonly addon: Addon | null;
  /** The folder of the output, absolute. It holds nothing else. */
  readonly folder: string;
  /** The same as the configuration has it, for messages. */
  readonly label: string;
};

/** The files of an addon. */
export type Addon = {
  /** Their name, before the platform: `my-addon` for `my-addon.linux-x64-gnu.node`. */
  readonly name: string;
  /** The folder that they are in, absolute. */
  readonly folder: string;
  /** The packages that carry them: `@me/app` for `@me/app-linux-x64-gnu`; null when they are published nowhere. */
  readonly package: string | null;
};

/** `stator.codegen.json` of a package. */
export type Config = {
  /** The folder of the file; Cargo runs here, and modules of services are found from here. */
  readonly folder: string;
  /** How a person regenerates, for the headers of the files. */
  readonly command: string;
  readonly outputs: readonly Output[];
};

/** What an output is generated from, for messages. */
export function sourceName({ crate, services }: Output): string {
  return services.length > 0 ? services.join(", ") : crate;
}

const example = '{ "outputs": [{ "crate": "my-contract", "out": "src/generated" }] }';

/** Reads and checks a configuration. Throws a {@link GenerationError} with every problem. */
export function readConfig(path: string): Config {
  const file = resolve(path);
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new GenerationError([`${path}: ${(error as Error).message}. Expected JSON such as ${example}`]);
  }
  const problems: string[] = [];
  const config = record(value, "", ["$schema", "command", "outputs"], problems);
  const list = Array.isArray(config["outputs"]) ? (config["outputs"] as unknown[]) : [];
  if (list.length === 0) problems.push(`outputs: expected a list such as in ${example}`);
  const outputs = list.map((entry, index) => readOutput(entry, `outputs[${index}]`, dirname(file), problems));
  const command = text(config["command"] ?? "bun run codegen", "command", problems);
  const folders = new Set<string>();
  for (const { folder, label } of outputs) {
    if (folders.has(folder)) problems.push(`outputs: ${label} is named twice; each crate needs a folder of its own`);
    folders.add(folder);
  }
  if (problems.length > 0) throw new GenerationError(problems.map((problem) => `${path}: ${problem}`));
  return { folder: dirname(file), command, outputs };
}

function readOutput(value: unknown, place: string, folder: string, problems: string[]): Output {
  const known = ["crate", "bin", "features", "service", "out", "jsonSchema", "openApi", "addon"];
  const entry = record(value, place, known, problems);
  const out = text(entry["out"], `${place}.out`, problems);
  if (isAbsolute(out) || normalize(out).split(sep).includes("..") || normalize(out) === ".") {
    problems.push(`${place}.out: expected a folder inside of the package, got ${JSON.stringify(out)}`);
  }
  const features = entry["features"] ?? [];
  if (!Array.isArray(features)) problems.push(`${place}.features: expected a list of Cargo features`);
  const isServices = entry["service"] !== undefined;
  if (isServices) {
    for (const key of ["crate", "bin", "features", "addon"]) {
      if (entry[key] !== undefined) problems.push(`${place}.${key}: is for crates; leave it out beside service`);
    }
  }
  return {
    crate: isServices ? "" : text(entry["crate"], `${place}.crate`, problems),
    services: isServices ? readServices(entry["service"], `${place}.service`, problems) : [],
    bin: entry["bin"] === undefined ? null : text(entry["bin"], `${place}.bin`, problems),
    features: Array.isArray(features) ? features.map((name, i) => text(name, `${place}.features[${i}]`, problems)) : [],
    extras: {
      jsonSchema: flag(entry["jsonSchema"], `${place}.jsonSchema`, problems),
      openApi: flag(entry["openApi"], `${place}.openApi`, problems),
    },
    addon: readAddon(entry["addon"], `${place}.addon`, folder, problems),
    folder: join(folder, out),
    label: out,
  };
}

function readAddon(value: unknown, place: string, folder: string, problems: string[]): Addon | null {
  if (value === undefined) return null;
  const entry = record(value, place, ["name", "folder", "package"], problems);
  const name = text(entry["name"], `${place}.name`, problems);
  if (!/^[\w.-]*$/.test(name)) problems.push(`${place}.name: expected letters, digits, ".", "-" and "_"`);
  const inside = entry["folder"] === undefined ? "." : text(entry["folder"], `${place}.folder`, problems);
  if (isAbsolute(inside) || normalize(inside).split(sep).includes("..")) {
    problems.push(`${place}.folder: expected a folder inside of the package, got ${JSON.stringify(inside)}`);
  }
  const base = entry["package"] === undefined ? null : text(entry["package"], `${place}.package`, problems);
  if (base !== null && !/^(@[\w.-]+\/)?[\w.-]*$/.test(base)) {
    problems.push(
      `${place}.package: expected the name of a package, such as "@me/my-addon", got ${JSON.stringify(base)}`,
    );
  }
  return { name, folder: join(folder, inside), package: base };
}

function readServices(value: unknown, place: string, problems: string[]): string[] {
  if (!Array.isArray(value)) return [text(value, place, problems)];
  if (value.length === 0) problems.push(`${place}: expected at least one, such as "src/app.ts#Backend"`);
  return value.map((service, index) => text(service, `${place}[${index}]`, problems));
}

function record(value: unknown, place: string, known: readonly string[], problems: string[]): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    problems.push(`${place === "" ? "" : `${place}: `}expected an object`);
    return {};
  }
  for (const key of Object.keys(value)) {
    if (!known.includes(key)) {
      problems.push(`${place === "" ? key : `${place}.${key}`}: unknown; expected ${known.join(", ")}`);
    }
  }
  return value as Record<string, unknown>;
}

function flag(value: unknown, place: string, problems: string[]): boolean {
  if (value !== undefined && typeof value !== "boolean") problems.push(`${place}: expected true or false`);
  return value === true;
}

function text(value: unknown, place: string, problems: string[]): string {
  // Values go into command lines and comments.
  if (typeof value === "string" && /^[^\s-][^\r\n]*$/.test(value)) return value;
  problems.push(`${place}: expected text`);
  return "";
}
