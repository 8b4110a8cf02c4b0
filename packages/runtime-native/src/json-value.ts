/** Any JSON value; integers of any size as `bigint`. */
export type { JsonValue } from "./generated/support/json.ts";
