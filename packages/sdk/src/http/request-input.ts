import { StatorError } from "@stator/runtime-native";

import { parseJson } from "../schema/json-text.ts";

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
  const text = await readText(request, maxBodyBytes);
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

async function readText(request: Request, maxBytes: number): Promise<string> {
  const tooLarge = () => new StatorError("payload_too_large", `The body is larger than ${maxBytes} bytes.`);
  if (Number(request.headers.get("content-length") ?? 0) > maxBytes) throw tooLarge();
  if (request.body === null) return "";
  // Fatal: bytes that are no UTF-8 must not become other text in silence.
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let read = 0;
  let text = "";
  try {
    for await (const chunk of request.body) {
      read += chunk.byteLength;
      if (read > maxBytes) throw tooLarge();
      text += decoder.decode(chunk, { stream: true });
    }
    return text + decoder.decode();
  } catch (error) {
    if (error instanceof TypeError) throw new StatorError("invalid_request", "The body is not UTF-8.");
    throw error;
  }
}
