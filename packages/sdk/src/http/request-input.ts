import { StatorError } from "@stator/runtime-native";

import { parseJson } from "../schema/json-text.ts";
import { readText } from "./read-text.ts";

/**
 * What the method receives for an HTTP request: the JSON body, with the parameters of the path beside its fields. GET
 * and DELETE have no body: the query and the parameters of the path are the fields, as text.
 */
export async function requestInput(
  request: Request,
  parameters: Record<string, string>,
  maxBodyBytes: number,
): Promise<unknown> {
  if (request.method === "GET" || request.method === "DELETE") {
    return { ...Object.fromEntries(new URL(request.url).searchParams), ...parameters };
  }
  const text = await readText(request, { maxBytes: maxBodyBytes });
  const body = text === "" ? null : parseBody(text);
  if (Object.keys(parameters).length === 0) return body;
  if (body !== null && (typeof body !== "object" || Array.isArray(body))) {
    throw new StatorError("invalid_request", "The body must be a JSON object, because the path has parameters.");
  }
  return { ...body, ...parameters };
}

function parseBody(text: string): unknown {
  try {
    return parseJson(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new StatorError("invalid_request", `The body is not JSON: ${why}`);
  }
}
