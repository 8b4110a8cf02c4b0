import { parseArgs } from "node:util";

import { suggestion } from "../definition/nearest-name.ts";
import { UsageError } from "./usage-error.ts";

/** The options that a command knows: `flag` takes no value, `text` takes one, `list` may be given several times. */
export type OptionKinds = Record<string, "flag" | "text" | "list">;

/** A command line taken apart. */
export interface CommandLine {
  readonly positionals: string[];
  readonly flags: ReadonlySet<string>;
  readonly values: ReadonlyMap<string, string[]>;
  /** `--Backend.workers=2` as `["Backend", "workers", "2"]`. */
  readonly services: [service: string, setting: string, value: string][];
}

const SERVICE_OPTION = /^--([A-Za-z0-9_.-]+)\.([A-Za-z][A-Za-z0-9]*)(?:=|$)/;

/** Reads a command's options; what it does not know is refused with the nearest name. */
export function readCommandLine(argv: readonly string[], kinds: OptionKinds): CommandLine {
  const known = Object.keys(kinds);
  const dynamic = argv.flatMap((each) => SERVICE_OPTION.exec(each)?.[0].replace(/^--|=$/g, "") ?? []);
  const { tokens } = parseArgs({
    args: [...argv],
    strict: false,
    tokens: true,
    allowPositionals: true,
    options: Object.fromEntries([
      ...known.map((name) => [name, { type: kinds[name] === "flag" ? "boolean" : "string", ...short(name) }] as const),
      ...dynamic.map((name) => [name, { type: "string" }] as const),
    ]),
  });
  const positionals: string[] = [];
  const flags = new Set<string>();
  const values = new Map<string, string[]>();
  const services: CommandLine["services"] = [];
  for (const token of tokens) {
    if (token.kind === "positional") positionals.push(token.value);
    if (token.kind !== "option") continue;
    const { name, rawName, value } = token;
    const kind = dynamic.includes(name) ? "text" : kinds[name];
    if (kind === undefined || (!Object.hasOwn(kinds, name) && !dynamic.includes(name))) {
      throw new UsageError(
        `Unknown option ${rawName}; ${suggestion(
          rawName,
          known.map((each) => `--${each}`),
        )}`,
      );
    }
    if (kind === "flag") {
      if (value !== undefined) throw new UsageError(`${rawName} takes no value.`);
      flags.add(name);
      continue;
    }
    if (value === undefined || value === "") throw new UsageError(`${rawName} needs a value.`);
    if (dynamic.includes(name)) {
      const dot = name.lastIndexOf(".");
      services.push([name.slice(0, dot), name.slice(dot + 1), value]);
      continue;
    }
    const before = values.get(name) ?? [];
    if (before.length > 0 && kind !== "list") throw new UsageError(`${rawName} is given twice.`);
    values.set(name, [...before, value]);
  }
  return { positionals, flags, values, services };
}

function short(name: string): { short?: string } {
  return name === "help" ? { short: "h" } : name === "version" ? { short: "v" } : {};
}
