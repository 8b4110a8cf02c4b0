import { CString, dlopen, type Pointer } from "bun:ffi";
import { libraryPath } from "./library-path.ts";

const { symbols } = dlopen(libraryPath("c-abi"), {
  add_numbers: { args: ["i32", "i32"], returns: "i32" },
  to_capitals: { args: ["ptr"], returns: "ptr" },
  free_text: { args: ["ptr"], returns: "void" },
  distance: { args: ["ptr", "ptr"], returns: "f64" },
  sum_bytes: { args: ["ptr", "usize"], returns: "u64" },
  divide: { args: ["i32", "i32", "ptr"], returns: "i32" },
  panics: { args: [], returns: "u32" },
});

/** The functions as they are, without types, so that everything can be tried. */
export const cAbi = symbols as unknown as Readonly<Record<keyof typeof symbols, (...values: unknown[]) => unknown>>;

/** Text in, text out: a zero byte at the end of one, and the other to be freed, by hand. */
export function toCapitals(text: string): string {
  const pointer = cAbi.to_capitals(Buffer.from(`${text}\0`)) as Pointer | null;
  if (pointer === null) throw new Error("the text is not UTF-8");
  try {
    return new CString(pointer);
  } finally {
    cAbi.free_text(pointer);
  }
}

/** A status and a place for the result instead of an exception. */
export function divide(dividend: number, divisor: number): number {
  const quotient = new Int32Array(1);
  if (cAbi.divide(dividend, divisor, quotient) !== 0) throw new Error("status 1");
  return quotient[0] ?? 0;
}
