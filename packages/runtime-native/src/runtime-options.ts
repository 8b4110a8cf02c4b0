/** Settings of a runtime: options over environment over defaults. Rust is the source. */
export type { RuntimeOptionsInput as RuntimeOptions } from "./generated/types/runtime-options.ts";
