/** A TypeScript type, as far as ts-rs writes them. */
export type TsType =
  /** A keyword or a name: `number`, `Token`, `Page<Token>`. */
  | { readonly kind: "name"; readonly name: string; readonly args: readonly TsType[] }
  | { readonly kind: "literal"; readonly text: string }
  | { readonly kind: "tuple"; readonly items: readonly TsType[] }
  | TsObject
  | { readonly kind: "union"; readonly of: readonly TsType[] }
  | { readonly kind: "intersection"; readonly of: readonly TsType[] }
  /** An integer that ts-rs calls `bigint`, and that a policy may have made a `number`. */
  | { readonly kind: "wide" };

export type TsObject = {
  readonly kind: "object";
  readonly fields: ReadonlyMap<string, TsField>;
  readonly rest: { readonly key: TsType; readonly value: TsType; readonly optional: boolean } | null;
};

export type TsField = {
  readonly type: TsType;
  readonly optional: boolean;
  /** Whether the writer may leave it out: ts-rs then shows it with `?`. */
  readonly mayBeAbsent?: boolean;
};

export function name(text: string, args: readonly TsType[] = []): TsType {
  return { kind: "name", name: text, args };
}

/** A type in one line, for messages and for comparing. The order of fields and of alternatives does not count. */
export function print(type: TsType): string {
  switch (type.kind) {
    case "name":
      return type.args.length === 0 ? type.name : `${type.name}<${type.args.map(print).join(", ")}>`;
    case "literal":
      return JSON.stringify(type.text);
    case "tuple":
      return `[${type.items.map(print).join(", ")}]`;
    case "union":
      return type.of.map(print).toSorted().join(" | ");
    case "intersection":
      return type.of.map(print).toSorted().join(" & ");
    case "wide":
      return "bigint";
    case "object": {
      const fields = [...type.fields].map(([key, field]) => `${key}${field.optional ? "?" : ""}: ${print(field.type)}`);
      const { rest } = type;
      if (rest !== null) fields.push(`[key in ${print(rest.key)}]${rest.optional ? "?" : ""}: ${print(rest.value)}`);
      return `{ ${fields.toSorted().join("; ")} }`;
    }
  }
}
