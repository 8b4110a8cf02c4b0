import { type IntegerPolicy, integerRange, type Limits, type TextFormat, type TypeRef } from "@stator/contract";
import { nextAbove } from "../next-number.ts";
import type { JsonSchema } from "./json-schema.ts";

/** Gives the `$ref` of a type with a name. */
export type Refer = (name: string) => string;

const TIME = "([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)(\\.[0-9]{1,9})?";
const DATE = "[0-9]{4}-[0-9]{2}-[0-9]{2}";
const HEX = (digits: number): string => `[0-9a-f]{${digits}}`;

const texts: Record<TextFormat, JsonSchema> = {
  uuid: { format: "uuid", pattern: `^${HEX(8)}-${HEX(4)}-${HEX(4)}-${HEX(4)}-${HEX(12)}$` },
  url: { format: "uri" },
  "date-time": { format: "date-time", pattern: `^${DATE}T${TIME}Z$` },
  "local-date-time": { pattern: `^${DATE}T${TIME}$` },
  date: { format: "date", pattern: `^${DATE}$` },
  time: { pattern: `^${TIME}$` },
};

/** The schema of a type where it is used. */
export function schemaOfRef(type: TypeRef, refer: Refer, limits: Limits = {}): JsonSchema {
  switch (type.kind) {
    case "bool":
      return { type: "boolean" };
    case "string":
      return { type: "string", ...textLimits(limits) };
    case "char":
      return { type: "string", minLength: 1, maxLength: 1 };
    case "text":
      return { type: "string", ...texts[type.format] };
    case "bytes":
      return { type: "string", contentEncoding: "base64", ...base64Limits(limits) };
    case "unit":
      return { type: "null" };
    case "json":
      return {};
    case "int":
      return integer(type.bits, type.signed, type.policy, limits);
    case "float":
      return { type: "number", format: type.bits === 32 ? "float" : "double", ...numberLimits(limits) };
    case "option": {
      const of = schemaOfRef(type.of, refer, limits);
      return { anyOf: [of, { type: "null" }] };
    }
    case "list":
    case "set":
      return { type: "array", items: schemaOfRef(type.of, refer), ...lengths("Items", limits) };
    case "array":
      return { type: "array", items: schemaOfRef(type.of, refer), minItems: type.length, maxItems: type.length };
    case "tuple":
      return tuple(type.items, refer);
    case "map": {
      const key = schemaOfRef(type.key, refer);
      const names = type.key.kind === "string" ? {} : { propertyNames: key };
      return {
        type: "object",
        additionalProperties: schemaOfRef(type.value, refer),
        ...names,
        ...lengths("Properties", limits),
      };
    }
    case "literal":
      return { const: type.value };
    case "ref":
      return { $ref: refer(type.name) };
  }
}

export function tuple(items: readonly TypeRef[], refer: Refer): JsonSchema {
  return {
    type: "array",
    ...(items.length === 0 ? {} : { prefixItems: items.map((item) => schemaOfRef(item, refer)) }),
    minItems: items.length,
    maxItems: items.length,
  };
}

function integer(bits: number, signed: boolean, policy: IntegerPolicy | undefined, limits: Limits): JsonSchema {
  if (policy === "string") return { type: "string", pattern: signed ? "^(0|-?[1-9][0-9]*)$" : "^(0|[1-9][0-9]*)$" };
  const { min, max } = integerRange(bits, signed);
  const most = 2n ** 53n - 1n;
  const [low, high] = policy === "number" ? [min < -most ? -most : min, max > most ? most : max] : [min, max];
  return {
    type: "integer",
    format: `${signed ? "int" : "uint"}${bits}`,
    minimum: limits.min ?? narrow(low),
    maximum: limits.max ?? narrow(high),
  };
}

function narrow(value: bigint): number | bigint {
  return value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
}

function numberLimits({ min, max }: Limits): JsonSchema {
  return { ...bound("inimum", min, (value) => -nextAbove(-value)), ...bound("aximum", max, nextAbove) };
}

/**
 * A limit, as the number beside it that is not within it where that one is shorter: `above 0` instead of `from 5e-324`,
 * which is the same for numbers of 64 bits.
 */
function bound(name: "inimum" | "aximum", limit: Limits["min"], beside: (value: number) => number): JsonSchema {
  if (limit === undefined) return {};
  const outside = beside(Number(limit));
  return String(outside).length + 4 < String(limit).length
    ? { [`exclusiveM${name}`]: outside }
    : { [`m${name}`]: limit };
}

/**
 * Contracts count UTF-8 bytes and JSON Schema characters, of one to four bytes: these limits are the widest that hold.
 * Limits that came from JSON Schema go back as they were.
 */
function textLimits({ minLength, maxLength, minChars, maxChars }: Limits): JsonSchema {
  return {
    ...(minLength === undefined ? {} : { minLength: Math.ceil(minLength / 4) }),
    ...(maxLength === undefined ? {} : { maxLength }),
    ...(minChars === undefined ? {} : { minLength: minChars }),
    ...(maxChars === undefined ? {} : { maxLength: maxChars }),
  };
}

function base64Limits({ minLength, maxLength }: Limits): JsonSchema {
  return {
    ...(minLength === undefined ? {} : { minLength: base64Length(minLength) }),
    ...(maxLength === undefined ? {} : { maxLength: base64Length(maxLength) }),
  };
}

function base64Length(bytes: number): number {
  return Math.ceil(bytes / 3) * 4;
}

function lengths(of: "Items" | "Properties", { minLength, maxLength }: Limits): JsonSchema {
  return {
    ...(minLength === undefined ? {} : { [`min${of}`]: minLength }),
    ...(maxLength === undefined ? {} : { [`max${of}`]: maxLength }),
  };
}
