/** Longest line that is kept together, in UTF-16 units; more is written as further lines. */
const LONGEST = 64 * 1024;

/** Copies a child's output line by line with a prefix, so that lines of different children never mix. */
export async function prefixedLines(
  source: ReadableStream<Uint8Array>,
  prefix: string,
  write: (text: string) => void,
): Promise<void> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of source) {
    rest += decoder.decode(chunk, { stream: true });
    const end = rest.lastIndexOf("\n");
    if (end !== -1) {
      const lines = rest.slice(0, end).split("\n");
      write(lines.map((line) => `${prefix}${line}\n`).join(""));
      rest = rest.slice(end + 1);
    }
    for (; rest.length > LONGEST; rest = rest.slice(LONGEST)) write(`${prefix}${rest.slice(0, LONGEST)}\n`);
  }
  rest += decoder.decode();
  if (rest !== "") write(`${prefix}${rest}\n`);
}
