/** The width that lines keep to where they can. */
const WIDTH = 120;

/** A call on one line, or with each argument on a line of its own when it is too long. `before` is what stands on its line. */
export function printInvocation(head: string, values: readonly string[], before: number): string {
  const short = `${head}(${values.join(", ")})`;
  if (!isTooLong(short, before)) return short;
  return `${head}(\n${values.map((value) => `${indent(value)},\n`).join("")})`;
}

/** An object literal, likewise. */
export function printObject(members: readonly string[], before: number): string {
  const short = `{ ${members.join(", ")} }`;
  if (!isTooLong(short, before)) return short;
  return `{\n${members.map((member) => `${indent(member)},\n`).join("")}}`;
}

/** The head of a function, with each parameter on a line of its own when it is too long. */
export function printHead(before: string, parameters: readonly string[], after: string, depth: number): string {
  const short = `${before}(${parameters.join(", ")})${after}`;
  if (!isTooLong(short, depth)) return short;
  return `${before}(\n${parameters.map((parameter) => `  ${parameter},\n`).join("")})${after}`;
}

/** Text two spaces further to the right, all of its lines. */
export function indent(text: string): string {
  return text
    .split("\n")
    .map((line) => (line === "" ? "" : `  ${line}`))
    .join("\n");
}

function isTooLong(text: string, before: number): boolean {
  return text.includes("\n") || before + text.length > WIDTH;
}
