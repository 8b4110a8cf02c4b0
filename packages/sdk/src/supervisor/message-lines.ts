import { parseJson } from "../schema/json-text.ts";
import type { ChildMessage } from "../supervision/messages.ts";

/** Longest line in UTF-16 units: the description of a graph with the largest configuration file, with room. */
const LONGEST = 64 * 1024 * 1024;

/** What is shown of a line that is no message. */
const MOST_SHOWN = 500;

/** Reads what a child tells, line by line, until it has closed its end. What is no message is reported and skipped. */
export async function messageLines(
  source: ReadableStream<Uint8Array>,
  message: (message: ChildMessage) => void,
  misfit: (line: string) => void,
): Promise<void> {
  const decoder = new TextDecoder();
  let pieces: string[] = [];
  let length = 0;
  for await (const chunk of source) {
    const [first = "", ...rest] = decoder.decode(chunk, { stream: true }).split("\n");
    let last = first;
    for (const next of rest) {
      read([...pieces, last].join(""));
      pieces = [];
      length = 0;
      last = next;
    }
    length += last.length;
    // Longer than any message: its end will be a misfit.
    if (length > LONGEST) pieces = [];
    pieces.push(last);
  }

  function read(line: string): void {
    const value = parsed(line);
    if (isMessage(value)) message(value);
    else if (line.trim() !== "") misfit(line.length > MOST_SHOWN ? `${line.slice(0, MOST_SHOWN)}...` : line);
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
  const { type, url, instanceId, systemAddress, message, services } = value as Record<string, unknown>;
  switch (type) {
    case "ready":
      return isTextOrNone(url) && isTextOrNone(instanceId) && isTextOrNone(systemAddress);
    case "alive":
      return true;
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
