import type { JsonValue } from "../../generated/index.ts";
import { badRequest } from "../refused.ts";
import { plainValue } from "./plain-value.ts";

/**
 * What a request has beyond OpenAI's own fields, such as `top_k`; also inside of `nvext`, where clients of the original write it.
 * Each reader gives null for what is not there, and refuses with 400 what has another type.
 */
export class Extras {
  constructor(private readonly values: Readonly<Record<string, unknown>>) {}

  boolean(name: string): boolean | null {
    return this.#read(name, "true or false", (value) => typeof value === "boolean");
  }

  text(name: string): string | null {
    return this.#read(name, "a text", (value) => typeof value === "string");
  }

  number(name: string, least = -Infinity, most = Infinity): number | null {
    const wanted = `a number${within(least, most)}`;
    return this.#read(name, wanted, (value): value is number => isBetween(value, least, most));
  }

  integer(name: string, least: number, most = 0x7fff_ffff): number | null {
    const wanted = `an integer${within(least, most)}`;
    return this.#read(
      name,
      wanted,
      (value): value is number => isBetween(value, least, most) && Number.isInteger(value),
    );
  }

  list(name: string): readonly JsonValue[] | null {
    return this.#read(name, "a list", (value): value is readonly JsonValue[] => Array.isArray(value));
  }

  /** A list of token ids. */
  tokens(name: string): number[] | null {
    return this.#read(
      name,
      "a list of token ids",
      (value): value is number[] => Array.isArray(value) && value.length <= 1024 && value.every(isToken),
    );
  }

  texts(name: string): string[] | null {
    return this.#read(
      name,
      "a list of texts",
      (value): value is string[] => Array.isArray(value) && value.every((each) => typeof each === "string"),
    );
  }

  object(name: string): Readonly<Record<string, unknown>> | null {
    const value = this.#read(name, "an object", isObject);
    return value === null ? null : (plainValue(value as JsonValue) as Record<string, unknown>);
  }

  /** Whatever it is. */
  json(name: string): JsonValue | null {
    return (this.values[name] ?? null) as JsonValue | null;
  }

  #read<T>(name: string, wanted: string, fits: (value: unknown) => value is T): T | null {
    const value = this.values[name];
    if (value === undefined || value === null) return null;
    if (fits(value)) return value;
    throw badRequest(`${name} is not ${wanted}.`, name);
  }
}

/** The extras of a request: fields beyond those of its type. Its own ones count more than those in `nvext`. */
export function extrasOf(request: Readonly<Record<string, unknown>>): Extras {
  const { nvext } = request;
  if (nvext !== undefined && nvext !== null && !isObject(nvext)) throw badRequest("nvext is not an object.", "nvext");
  return new Extras({ ...nvext, ...request });
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isToken(value: unknown): value is number {
  return typeof value === "number" && value >>> 0 === value;
}

function isBetween(value: unknown, least: number, most: number): value is number {
  return typeof value === "number" && value >= least && value <= most;
}

function within(least: number, most: number): string {
  if (least === -Infinity) return "";
  return most === Infinity || most === 0x7fff_ffff ? ` of at least ${least}` : ` from ${least} to ${most}`;
}
