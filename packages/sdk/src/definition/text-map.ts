import { invalidArgument } from "./invalid-argument.ts";

/** A copy of a map of texts, such as environment variables; refuses other values. */
export function readTexts(where: string, texts: unknown, names: RegExp, namesAre: string): Record<string, string> {
  if (texts === undefined) return {};
  if (typeof texts !== "object" || texts === null || Array.isArray(texts)) {
    throw invalidArgument(`${where} is a map of texts: { NAME: "value" }.`);
  }
  for (const [name, value] of Object.entries(texts)) {
    if (!names.test(name)) throw invalidArgument(`${where}: ${JSON.stringify(name)} is not a name; use ${namesAre}.`);
    // A zero would end the text early.
    if (typeof value === "string" && !value.includes("\0")) continue;
    throw invalidArgument(`${where}.${name} is ${JSON.stringify(value) ?? typeof value}; it must be a text.`);
  }
  return { ...(texts as Record<string, string>) };
}

/** What stands in an environment. */
export function readEnvironment(where: string, texts: unknown): Record<string, string> {
  return readTexts(where, texts, /^[A-Za-z_][A-Za-z0-9_]*$/, 'letters, digits and "_"');
}

/** What people and tools find services by. */
export function readLabels(where: string, texts: unknown): Record<string, string> {
  return readTexts(
    where,
    texts,
    /^[A-Za-z0-9](?:[A-Za-z0-9._/-]*[A-Za-z0-9])?$/,
    'letters, digits, "-", "_", "." and "/"',
  );
}
