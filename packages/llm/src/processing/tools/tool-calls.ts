import type { JsonValue } from "../../generated/index.ts";
import { StopMatcher } from "../answers/stop-matcher.ts";

/** How a model marks that it calls tools: JSON between two marks. */
export interface ToolCallFormat {
  readonly open: string;
  readonly close: string;
}

const HERMES = { open: "<tool_call>", close: "</tool_call>" };

/** By the names that cards use (`runtime_config.tool_call_parser`). */
export const TOOL_CALL_FORMATS: Readonly<Record<string, ToolCallFormat>> = {
  hermes: HERMES,
  qwen25: HERMES,
  nemotron_deci: { open: "<TOOLCALL>", close: "</TOOLCALL>" },
  jamba: { open: "<tool_calls>", close: "</tool_calls>" },
};

/** A piece of an answer: what is said, and the calls that are complete. */
export interface Said {
  readonly content: string;
  readonly calls: JsonValue[];
}

/** Finds the calls of tools in an answer, piece by piece. What is no call stays text. */
export class ToolCallParser {
  /** How many calls there were. */
  count = 0;
  #call: string | null = null;
  #space = "";
  #matcher: StopMatcher;

  constructor(private readonly format: ToolCallFormat) {
    this.#matcher = new StopMatcher([format.open]);
  }

  /** Takes the next piece; `last` if none follows. */
  push(text: string, last: boolean): Said {
    let content = "";
    const calls: JsonValue[] = [];
    for (let rest = text; ;) {
      const matched = this.#matcher.push(rest);
      if (this.#call === null) content += this.#said(matched.text);
      else this.#call += matched.text;
      if (matched.stop === null) break;
      rest = matched.rest;
      if (this.#call === null) this.#open();
      else content += this.#closed(this.#call, this.format.close, calls);
    }
    if (last) {
      const held = this.#matcher.finish();
      if (this.#call === null) content += this.#said(held);
      // A model may end its text right behind the JSON.
      else content += this.#closed(this.#call + held, "", calls);
    }
    return { content, calls };
  }

  #open(): void {
    this.#call = "";
    this.#matcher = new StopMatcher([this.format.close]);
  }

  #closed(body: string, close: string, calls: JsonValue[]): string {
    this.#call = null;
    this.#matcher = new StopMatcher([this.format.open]);
    const found = readCalls(body);
    if (found === null) return this.#said(this.format.open + body + close);
    for (const call of found) calls.push({ index: this.count++, id: callId(), type: "function", function: call });
    this.#space = "";
    return "";
  }

  /** Between and behind calls models write space, which nobody says. */
  #said(text: string): string {
    if (this.count === 0) return text;
    const whole = this.#space + text;
    if (whole.trim() === "") {
      this.#space = whole;
      return "";
    }
    this.#space = "";
    return whole;
  }
}

/** An id for a call. */
export function callId(): string {
  return `call_${crypto.randomUUID().replaceAll("-", "")}`;
}

/** `{"name", "arguments"}` or a list of them; null for anything else. */
function readCalls(body: string): { name: string; arguments: string }[] | null {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return null;
  }
  const calls = (Array.isArray(value) ? value : [value]).map(readCall);
  return calls.length > 0 && calls.every((call) => call !== null) ? calls : null;
}

function readCall(value: unknown): { name: string; arguments: string } | null {
  if (typeof value !== "object" || value === null) return null;
  const { name, arguments: given, parameters } = value as Readonly<Record<string, unknown>>;
  if (typeof name !== "string") return null;
  const args = given ?? parameters ?? {};
  return { name, arguments: typeof args === "string" ? args : JSON.stringify(args) };
}
