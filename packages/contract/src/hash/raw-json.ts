/**
 * JSON with every token as it was written. Hashes are over the text that Rust writes, and JavaScript's own objects lose
 * some of it: the order of keys such as `"10"` and `"9"`, and whether a number was `1` or `1.0`.
 */
export type RawJson = RawObject | { readonly kind: "list"; readonly items: readonly RawJson[] } | RawToken;

export type RawObject = { readonly kind: "object"; readonly entries: readonly RawEntry[] };

/** A key, with its quotes, and its value. */
export type RawEntry = readonly [string, RawJson];

type RawToken = { readonly kind: "token"; readonly text: string };

const TOKEN = /\s*([{}[\],:]|"(?:[^"\\]|\\.)*"|[^\s{}[\],:"]+)/y;

/** Reads text that is known to be JSON. */
export function parseRaw(text: string): RawJson {
  let at = 0;
  const next = (): string => {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(text);
    if (match === null) throw new SyntaxError(`no JSON at ${at}`);
    at = TOKEN.lastIndex;
    return match[1] as string;
  };
  const value = (token: string): RawJson => {
    if (token === "{") return { kind: "object", entries: members("}", entry) };
    if (token === "[") return { kind: "list", items: members("]", value) };
    return { kind: "token", text: token };
  };
  const entry = (key: string): RawEntry => {
    next();
    return [key, value(next())];
  };
  const members = <Item>(end: string, read: (first: string) => Item): Item[] => {
    const found: Item[] = [];
    for (let token = next(); token !== end; token = next()) found.push(read(token === "," ? next() : token));
    return found;
  };
  return value(next());
}

/** The text without spaces. */
export function printRaw(value: RawJson): string {
  switch (value.kind) {
    case "object":
      return `{${value.entries.map(([key, inner]) => `${key}:${printRaw(inner)}`).join(",")}}`;
    case "list":
      return `[${value.items.map(printRaw).join(",")}]`;
    case "token":
      return value.text;
  }
}

/** The value of a key, or null. */
export function rawMember(value: RawJson, key: string): RawJson | null {
  if (value.kind !== "object") return null;
  return value.entries.find(([name]) => name === `"${key}"`)?.[1] ?? null;
}

/** The items of the list under a key; none when there is no list. */
export function rawItems(value: RawJson, key: string): readonly RawJson[] {
  const list = rawMember(value, key);
  return list?.kind === "list" ? list.items : [];
}

/** An object with some of its members changed, or left out where the change is null. */
export function changeRaw(
  value: RawJson,
  changes: Readonly<Record<string, ((member: RawJson) => RawJson) | null>>,
): RawJson {
  if (value.kind !== "object") return value;
  const entries = value.entries.flatMap(([key, inner]): RawEntry[] => {
    const name = key.slice(1, -1);
    if (!Object.hasOwn(changes, name)) return [[key, inner]];
    const change = changes[name];
    return change === null || change === undefined ? [] : [[key, change(inner)]];
  });
  return { kind: "object", entries };
}

/** Changes the items of a list, and leaves out those for which `change` gives null. */
export function eachRaw(change: (item: RawJson) => RawJson | null): (list: RawJson) => RawJson {
  return (list) =>
    list.kind === "list" ? { kind: "list", items: list.items.flatMap((item) => change(item) ?? []) } : list;
}
