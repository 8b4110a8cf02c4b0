import { print, type TsField, type TsObject, type TsType } from "./ts-type.ts";

/**
 * Brings a type of ts-rs into the form that ours has: names as the document has them, intersections of objects merged,
 * unions flat.
 *
 * `names` maps ts-rs's names (`Page<Token>`) to those of the document; `inline` gives the declaration behind a name.
 */
export function normalise(
  type: TsType,
  names: ReadonlyMap<string, string>,
  inline: (name: string) => TsType | null,
): TsType {
  const visit = (inner: TsType): TsType => {
    switch (inner.kind) {
      case "name": {
        const renamed = names.get(print(inner));
        return renamed === undefined
          ? { ...inner, args: inner.args.map(visit) }
          : { kind: "name", name: renamed, args: [] };
      }
      case "tuple":
        return { kind: "tuple", items: inner.items.map(visit) };
      case "union": {
        const of = inner.of.map(visit).flatMap((part) => (part.kind === "union" ? part.of : [part]));
        return { kind: "union", of };
      }
      case "intersection":
        return merge(inner.of.map((part) => objectOf(part)));
      case "object": {
        const fields = [...inner.fields].map(([key, field]): [string, TsField] => [
          key,
          { ...field, type: visit(field.type) },
        ]);
        const { rest } = inner;
        return {
          kind: "object",
          fields: new Map(fields),
          rest: rest === null ? null : { ...rest, key: visit(rest.key), value: visit(rest.value) },
        };
      }
      default:
        return inner;
    }
  };
  const objectOf = (part: TsType): TsObject => {
    const resolved = part.kind === "name" ? inline(names.get(print(part)) ?? part.name) : part;
    const visited = visit(resolved ?? part);
    if (visited.kind !== "object") throw new SyntaxError(`${print(visited)} stands in an intersection`);
    return visited;
  };
  return visit(type);
}

function merge(parts: readonly TsObject[]): TsObject {
  return {
    kind: "object",
    fields: new Map(parts.flatMap((part) => [...part.fields])),
    rest: parts.find((part) => part.rest !== null)?.rest ?? null,
  };
}
