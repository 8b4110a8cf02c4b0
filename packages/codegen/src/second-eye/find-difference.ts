import { name, print, type TsType } from "./ts-type.ts";

const anyJson = "Array<JsonValue> | boolean | null | number | string | { [key in string]: JsonValue }";

/** Where two types differ, as a sentence that begins with the place; null when they agree. */
export function findDifference(ours: TsType, theirs: TsType, place: string): string | null {
  const differ = `${place}: the contract says ${print(ours)}, ts-rs says ${print(theirs)}`;
  switch (ours.kind) {
    case "wide":
      return ["bigint", "number"].includes(print(theirs)) ? null : differ;
    case "name":
      // Where it flattens, ts-rs writes out what any JSON is.
      if (ours.name === "JsonValue" && print(theirs) === anyJson) return null;
      if (theirs.kind !== "name" || theirs.name !== ours.name || theirs.args.length !== ours.args.length) return differ;
      return first(ours.args, (arg, index) => findDifference(arg, theirs.args[index] ?? name("nothing"), place));
    case "literal":
      return print(ours) === print(theirs) ? null : differ;
    case "tuple":
      if (theirs.kind !== "tuple" || theirs.items.length !== ours.items.length) return differ;
      return first(ours.items, (item, index) =>
        findDifference(item, theirs.items[index] ?? name("nothing"), `${place}.${index}`),
      );
    case "union":
      return unionDifference(alternatives(ours), alternatives(theirs), place, differ);
    case "intersection":
      return differ;
    case "object": {
      // An object without keys.
      if (ours.fields.size === 0 && ours.rest === null && theirs.kind === "name" && theirs.name === "Record")
        return null;
      if (theirs.kind !== "object") return differ;
      if ((ours.rest === null) !== (theirs.rest === null)) return differ;
      for (const key of theirs.fields.keys()) {
        if (!ours.fields.has(key)) return `${place}: ts-rs has a key ${JSON.stringify(key)} that the contract has not`;
      }
      for (const [key, field] of ours.fields) {
        const other = theirs.fields.get(key);
        if (other === undefined) return `${place}: the contract has a key ${JSON.stringify(key)} that ts-rs has not`;
        if (other.optional && field.mayBeAbsent !== true) {
          return `${place}.${key}: ts-rs has a key that may be missing. Remove #[ts(optional)]: readers put null there`;
        }
        const difference = findDifference(field.type, other.type, `${place}.${key}`);
        if (difference !== null) return difference;
      }
      if (ours.rest === null || theirs.rest === null) return null;
      if (ours.rest.optional !== theirs.rest.optional) return differ;
      return (
        findDifference(ours.rest.key, theirs.rest.key, `${place}[key]`) ??
        findDifference(ours.rest.value, theirs.rest.value, `${place}[value]`)
      );
    }
  }
}

/** Each alternative of one side needs an equal one on the other; their order is not seen in a type. */
function unionDifference(
  ours: readonly TsType[],
  theirs: readonly TsType[],
  place: string,
  differ: string,
): string | null {
  const matches = (a: TsType, b: TsType): boolean => findDifference(a, b, place) === null;
  if (ours.length === 1 && theirs.length === 1 && ours[0] !== undefined && theirs[0] !== undefined) {
    return findDifference(ours[0], theirs[0], place);
  }
  const missing = ours.filter((a) => !theirs.some((b) => matches(a, b)));
  const extra = theirs.filter((b) => !ours.some((a) => matches(a, b)));
  return missing.length === 0 && extra.length === 0 ? null : differ;
}

function alternatives(type: TsType): readonly TsType[] {
  return type.kind === "union" ? type.of.flatMap(alternatives) : [type];
}

function first<Item>(items: readonly Item[], find: (item: Item, index: number) => string | null): string | null {
  for (const [index, item] of items.entries()) {
    const found = find(item, index);
    if (found !== null) return found;
  }
  return null;
}
