/** A doc comment as lines of JSDoc, or nothing. */
export function printDocs(docs: string | undefined, indent = ""): string {
  if (docs === undefined || docs.trim() === "") return "";
  // "*/" would end the comment.
  const lines = docs.replaceAll("*/", "*\\/").split("\n");
  if (lines.length === 1) return `${indent}/** ${lines[0]} */\n`;
  return `${indent}/**\n${lines.map((line) => `${indent} * ${line}`.trimEnd()).join("\n")}\n${indent} */\n`;
}
