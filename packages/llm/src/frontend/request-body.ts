import { readText } from "@stator/sdk";
import { StatorError } from "@stator/runtime-native";

import { SchemaError } from "../generated/support/schema.ts";
import type { FrontendSettings } from "./frontend-settings.ts";
import { FrontendError } from "./openai-error.ts";

/** The body of a request as a message of its API, with all its defaults. */
export async function readBody<Output>(
  request: Request,
  schema: { decode(text: string): Output },
  { maxBodyBytes, bodyTimeoutMs }: FrontendSettings,
): Promise<Output> {
  checkMediaType(request.headers);
  const text = await textOf(request, maxBodyBytes, bodyTimeoutMs);
  if (text === "") throw new FrontendError(400, "The body is empty; send a JSON object.", { code: "invalid_json" });
  try {
    return schema.decode(text);
  } catch (error) {
    throw refusal(error);
  }
}

function checkMediaType(headers: Headers): void {
  const type = headers.get("content-type")?.split(";", 1)[0]?.trim().toLowerCase() ?? "";
  if (type !== "" && type !== "application/json" && !/^application\/[\w.+-]+\+json$/.test(type)) {
    throw new FrontendError(415, `The body is ${type.slice(0, 100)}; send application/json.`, {
      code: "unsupported_media_type",
    });
  }
  const coding = headers.get("content-encoding")?.trim().toLowerCase() ?? "";
  if (coding !== "" && coding !== "identity") {
    throw new FrontendError(415, `The body is coded as ${coding.slice(0, 100)}; send it as it is.`, {
      code: "unsupported_media_type",
    });
  }
}

async function textOf(request: Request, maxBytes: number, timeoutMs: number): Promise<string> {
  try {
    return await readText(request, { maxBytes, timeoutMs });
  } catch (error) {
    if (!(error instanceof StatorError) || error.code === "cancelled") throw error;
    const { code, message, httpStatus } = error;
    // The connection has the rest of the body before it, so it cannot go on.
    if (code === "deadline_exceeded") {
      throw new FrontendError(408, message, { code: "request_timeout" }, { connection: "close" });
    }
    if (code === "payload_too_large") throw new FrontendError(413, message, { code }, { connection: "close" });
    throw new FrontendError(httpStatus, message, { code: "invalid_json" });
  }
}

function refusal(error: unknown): FrontendError {
  if (error instanceof SchemaError) {
    const [issue] = error.issues;
    const param = pathText(issue?.path ?? []);
    return new FrontendError(400, issue?.message ?? error.message, { param, code: "invalid_value" });
  }
  // Also what nests too deeply for the parser.
  const why = error instanceof Error ? error.message : String(error);
  return new FrontendError(400, `The body is not JSON: ${why}`, { code: "invalid_json" });
}

/** `messages[0].content`; null for the body as a whole. */
function pathText(path: ReadonlyArray<string | number>): string | null {
  if (path.length === 0) return null;
  return path.map((part, at) => (typeof part === "number" ? `[${part}]` : `${at === 0 ? "" : "."}${part}`)).join("");
}
