import type { TypeRef } from "@stator/contract";

/** A condition, and its opposite. */
type Test = readonly [yes: string, no: string];

/** The condition under which `value`, which must be cheap to read, comes out of its reader as it is. */
export function fits(type: TypeRef, value: string): string | null {
  const tests = type.kind === "float" ? floatTests(type.bits, value) : scalarTests(type, value);
  return tests === null ? null : tests.map(([yes]) => yes).join(" && ");
}

/** The condition under which the reader of the type refuses `value`. Null where only the reader itself can tell. */
export function misfits(type: TypeRef, value: string): string | null {
  const tests = scalarTests(type, value);
  return tests === null ? null : tests.map(([, no]) => no).join(" || ");
}

/** Scalars of which a reader accepts nothing but what it returns. */
function scalarTests(type: TypeRef, value: string): readonly Test[] | null {
  switch (type.kind) {
    case "bool":
      return [typeIs(value, "boolean")];
    case "string":
      return [typeIs(value, "string"), holds(`${value}.isWellFormed()`)];
    case "unit":
      return [same(value, "null")];
    case "literal":
      return [same(value, JSON.stringify(type.value))];
    case "int": {
      if (type.policy === "number") {
        const exact = holds(`Number.isSafeInteger(${value})`);
        const sign: readonly Test[] = type.signed ? [] : [[`${value} >= 0`, `${value} < 0`]];
        return [typeIs(value, "number"), exact, ...sign];
      }
      if (type.bits > 32) return null;
      return [typeIs(value, "number"), same(cut(type.bits, type.signed, value), value)];
    }
    default:
      return null;
  }
}

/** A reader of floats makes a number of a bigint. */
function floatTests(bits: number, value: string): readonly Test[] {
  return [typeIs(value, "number"), holds(`Number.isFinite(${bits === 32 ? `Math.fround(${value})` : value})`)];
}

/** A number cut to the width of an integer. */
function cut(bits: number, signed: boolean, value: string): string {
  if (bits === 32) return signed ? `(${value} | 0)` : `${value} >>> 0`;
  return signed ? `(${value} << ${32 - bits}) >> ${32 - bits}` : `(${value} & 0x${(2 ** bits - 1).toString(16)})`;
}

function typeIs(value: string, type: string): Test {
  return same(`typeof ${value}`, `"${type}"`);
}

function same(a: string, b: string): Test {
  return [`${a} === ${b}`, `${a} !== ${b}`];
}

function holds(condition: string): Test {
  return [condition, `!${condition}`];
}
