import { checkOptions } from "./check-options.ts";
import { invalidArgument } from "./invalid-argument.ts";

type MemoryUnit = "K" | "M" | "G" | "T" | "P" | "E" | "Ki" | "Mi" | "Gi" | "Ti" | "Pi" | "Ei";

/** What each process of a service needs. */
export interface ResourceOptions {
  /** Cores: `2`, `0.5`, or thousandths of one: `"300m"`. */
  cpu?: number | `${number}` | `${number}m`;
  /** Bytes, or with a unit: `"500Mi"` (of 1024) or `"2G"` (of 1000). */
  memory?: number | `${number}` | `${number}${MemoryUnit}`;
  /** A whole number, or a part below 1 that leaves the rest of the GPU to others. Default: 0. */
  gpu?: number | `${number}`;
}

/** The same as numbers; null where nothing was said. */
export interface Resources {
  /** Cores. */
  readonly cpu: number | null;
  /** Bytes. */
  readonly memory: number | null;
  /** GPUs: a whole number, or a part below 1; 0 for none. */
  readonly gpu: number;
}

const UNITS = "KMGTPE";

/** Reads the resources of a service, and refuses what is no amount. */
export function readResources(where: string, options: ResourceOptions = {}): Resources {
  checkOptions(where, options, ["cpu", "memory", "gpu"]);
  const gpu = options.gpu === undefined ? 0 : amount(`${where}: gpu`, options.gpu, /^(\d+(?:\.\d+)?)$/, "1 or 0.5");
  if (gpu > 1 && !Number.isInteger(gpu)) {
    throw invalidArgument(`${where}: gpu is ${gpu}; only a part of one GPU can be shared: use a whole number.`);
  }
  return {
    cpu: options.cpu === undefined ? null : cores(`${where}: cpu`, options.cpu),
    memory: options.memory === undefined ? null : bytes(`${where}: memory`, options.memory),
    gpu,
  };
}

function cores(where: string, value: number | string): number {
  const isMilli = typeof value === "string" && value.endsWith("m");
  const read = amount(where, isMilli ? value.slice(0, -1) : value, /^(\d+(?:\.\d+)?)$/, '2, 0.5 or "300m"');
  return positive(where, isMilli ? read / 1000 : read);
}

function bytes(where: string, value: number | string): number {
  const [, digits = "", unit = "", binary] = /^([\d.]+)([KMGTPE]?)(i?)$/.exec(String(value)) ?? [];
  if (unit === "" && binary === "i") throw noAmount(where, value, '"500Mi", "2G" or a number of bytes');
  const read = amount(where, digits === "" ? value : digits, /^(\d+(?:\.\d+)?)$/, '"500Mi", "2G" or a number of bytes');
  const base = binary === "i" ? 1024 : 1000;
  return positive(where, Math.round(read * base ** (UNITS.indexOf(unit === "" ? "-" : unit) + 1)));
}

function amount(where: string, value: number | string, form: RegExp, examples: string): number {
  const [, digits] = form.exec(String(value)) ?? [];
  if (digits === undefined) throw noAmount(where, value, examples);
  return Number(digits);
}

function positive(where: string, value: number): number {
  if (value > 0 && Number.isFinite(value)) return value;
  throw invalidArgument(`${where}: ${value} is not more than nothing; leave it out where it does not matter.`);
}

function noAmount(where: string, value: unknown, examples: string): Error {
  return invalidArgument(`${where}: ${JSON.stringify(value) ?? String(value)} is not an amount; write ${examples}.`);
}
