import { createRequire } from "node:module";
import { libraryPath } from "./library-path.ts";

type Loose = (...values: unknown[]) => unknown;

/** An object that holds on to bytes of JavaScript. */
export interface Holder {
  sum(): number;
  fill(value: number): void;
}

/** A class whose fields are properties. */
export interface PlainConfig {
  name: string;
  values: number[];
  metadata: Record<string, string>;
}

type Functions = Readonly<Record<string, Loose>>;
type Classes = {
  readonly Holder: new (bytes: Uint8Array) => Holder;
  readonly Config: new (name: string) => PlainConfig;
};

/** The addon that napi alone makes, without types, so that everything can be tried. */
export const plainNapi = createRequire(import.meta.url)(libraryPath("plain-napi")) as Functions & Classes;
