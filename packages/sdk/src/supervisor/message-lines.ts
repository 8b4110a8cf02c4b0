import { parseJson } from "../schema/json-text.ts";
import type { ChildMessage } from "../supervision/messages.ts";

/** Longest line in UTF-16 units: the description of a large graph, with room. */
const LONGEST = 4 * 1024 * 1024;

/** Reads what a child tells, line by line, until it has closed its end. What is no message is reported and skipped. */
export async function messageLines(
  source: ReadableStream<Uint8Array>,
  message: (message: ChildMessage) => void,
  misfit: (line: string) => void,
): Promise<void> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of source) {
    rest += decoder.decode(chunk, { stream: true });
    for (let end = rest.indexOf("\n"); end !== -1; end = rest.indexOf("\n")) {
      read(rest.slice(0, end));
      rest = rest.slice(end + 1);
    }
    if (rest.length > LONGEST) rest = "";
  }

  function read(line: string): void {
    const value = parsed(line);
    if (isMessage(value)) message(value);
    else if (line.trim() !== "") misfit(line);
  }
}

function parsed(line: string): unknown {
  try {
    return parseJson(line);
  } catch {
    return null;
  }
}

function isMessage(value: unknown): value is ChildMessage {
  if (typeof value !== "object" || value === null) return false;
  const { type, url, instanceId, message, services } = value as Record<string, unknown>;
  switch (type) {
    case "ready":
      return isTextOrNone(url) && isTextOrNone(instanceId);
    case "failed":
      return typeof message === "string";
    case "graph":
      return Array.isArray(services);
    default:
      return false;
  }
}

function isTextOrNone(value: unknown): boolean {
  return value === undefined || value === null || typeof value === "string";
}
