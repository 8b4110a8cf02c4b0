import { lines } from "./lines.ts";

/** One word as Frontend streams it; see the contract in apps/examples/hello-world. */
export interface StreamedWord {
  index: number;
  text: string;
  /** The instances that the word passed, the first one first. */
  servedBy: { service: string; instance: bigint }[];
}

/** Posts a text to Frontend and gives each word when it arrives. Throws with the text of an error answer. */
export async function* streamWords(url: string, text: string): AsyncGenerator<StreamedWord> {
  const response = await fetch(`${url}/generate`, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/x-ndjson" },
    body: JSON.stringify({ text }),
  });
  if (!response.ok || response.body === null) {
    throw new Error(`POST ${url}/generate answered ${response.status}: ${await response.text()}`);
  }
  for await (const line of lines(response.body)) {
    const item = parse(line);
    if ("error" in item) throw new Error(`The stream ended with an error: ${line}`);
    yield item;
  }
}

/** Instance ids use all 64 bits, more than a number holds: they are read as `bigint` from the text itself. */
function parse(line: string): StreamedWord | { error: unknown } {
  return JSON.parse(line, exactInstance as (this: unknown, name: string, value: unknown) => unknown) as StreamedWord;
}

function exactInstance(name: string, value: unknown, context: { source?: string }): unknown {
  return name === "instance" && context.source !== undefined ? BigInt(context.source) : value;
}
