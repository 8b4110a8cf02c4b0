/** `model.names["gpt-4.1"].size` as its keys; null if it is not written like that. */
export function parsePath(text: string): string[] | null {
  const keys: string[] = [];
  const part = /(?:^|\.)([^.[\]"=\s]+)|\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]/y;
  for (let at = 0; at < text.length; at = part.lastIndex) {
    part.lastIndex = at;
    const match = part.exec(text);
    if (match === null) return null;
    const [, plain, quoted, index] = match;
    keys.push(plain ?? index ?? quoted?.replaceAll(/\\(.)/g, "$1") ?? "");
  }
  return keys.length === 0 ? null : keys;
}

/** The keys as {@link parsePath} reads them. */
export function pathText(keys: readonly PropertyKey[]): string {
  let text = "";
  for (const key of keys.map(String)) {
    if (!/^[^.[\]"=\s]+$/.test(key)) text += `["${key.replaceAll(/["\\]/g, String.raw`\$&`)}"]`;
    else text += text === "" ? key : `.${key}`;
  }
  return text;
}
