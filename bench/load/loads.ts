import type { CallKind } from "../measure.ts";
import { measureBatches } from "./batches.ts";
import { measureBytes } from "./bytes.ts";
import type { Load } from "./load.ts";
import { measureStreams } from "./stream.ts";
import { measureUnary } from "./unary.ts";

export const LOADS: Readonly<Record<CallKind, Load>> = {
  unary: measureUnary,
  stream: measureStreams,
  batches: measureBatches,
  bytes: measureBytes,
};
