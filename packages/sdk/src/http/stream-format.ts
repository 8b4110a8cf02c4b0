import type { StatorError } from "@stator/runtime-native";

import type { StreamFormat } from "../definition/endpoint-definition.ts";
import { errorBody } from "./error-response.ts";
import { stringifyJson } from "../schema/json-text.ts";

/** How the items of a stream, and an error after the first of them, are written. */
export interface StreamWriter {
  readonly contentType: string;
  item(value: unknown): string;
  error(error: StatorError): string;
}

const SSE: StreamWriter = {
  contentType: "text/event-stream",
  item: (value) => `data: ${stringifyJson(value)}\n\n`,
  error: (error) => `event: error\ndata: ${stringifyJson(errorBody(error).error)}\n\n`,
};

const NDJSON: StreamWriter = {
  contentType: "application/x-ndjson",
  item: (value) => `${stringifyJson(value)}\n`,
  error: (error) => `${stringifyJson(errorBody(error))}\n`,
};

/** The form that the endpoint insists on, else the first that the Accept header names, else one document a line. */
export function streamWriter(format: StreamFormat, accept: string | null): StreamWriter {
  if (format !== "auto") return format === "sse" ? SSE : NDJSON;
  for (const part of (accept ?? "").split(",")) {
    const type = part.split(";", 1)[0]?.trim().toLowerCase();
    if (type === "text/event-stream") return SSE;
    if (type === "application/x-ndjson" || type === "application/jsonl") return NDJSON;
  }
  return NDJSON;
}
