import { name, type TsField, type TsType } from "./ts-type.ts";

/** Reads a type as ts-rs writes it. Throws a `SyntaxError` on anything else. */
export function parseTsType(text: string): TsType {
  const parser = new Parser(text);
  const type = parser.union();
  parser.end();
  return type;
}

class Parser {
  readonly #tokens: readonly string[];
  #at = 0;

  constructor(text: string) {
    const withoutComments = text.replaceAll(/\/\*[\s\S]*?\*\//g, " ");
    this.#tokens = withoutComments.match(/"(?:[^"\\]|\\.)*"|[\w$]+|[^\s]/g) ?? [];
  }

  union(): TsType {
    this.#accept("|");
    const of = [this.#intersection()];
    while (this.#accept("|")) of.push(this.#intersection());
    return of.length === 1 ? (of[0] as TsType) : { kind: "union", of };
  }

  end(): void {
    if (this.#at < this.#tokens.length) this.#fail("the end");
  }

  #intersection(): TsType {
    const of = [this.#simple()];
    while (this.#accept("&")) of.push(this.#simple());
    return of.length === 1 ? (of[0] as TsType) : { kind: "intersection", of };
  }

  #simple(): TsType {
    const token = this.#take();
    if (token === "(") {
      const type = this.union();
      this.#expect(")");
      return type;
    }
    if (token === "[") return { kind: "tuple", items: this.#list("]") };
    if (token === "{") return this.#object();
    if (token.startsWith('"')) return { kind: "literal", text: JSON.parse(token) as string };
    if (!/^[A-Za-z_$]/.test(token)) this.#fail("a type");
    return name(token, this.#accept("<") ? this.#list(">") : []);
  }

  #list(end: string): TsType[] {
    const items: TsType[] = [];
    while (!this.#accept(end)) {
      items.push(this.union());
      if (!this.#accept(",")) {
        this.#expect(end);
        break;
      }
    }
    return items;
  }

  #object(): TsType {
    const fields = new Map<string, TsField>();
    let rest: { key: TsType; value: TsType; optional: boolean } | null = null;
    while (!this.#accept("}")) {
      if (this.#accept("[")) {
        this.#take();
        this.#expect("in");
        const key = this.union();
        this.#expect("]");
        const optional = this.#accept("?");
        this.#expect(":");
        rest = { key, value: this.union(), optional };
      } else {
        const token = this.#take();
        const key = token.startsWith('"') ? (JSON.parse(token) as string) : token;
        const optional = this.#accept("?");
        this.#expect(":");
        fields.set(key, { type: this.union(), optional });
      }
      if (!this.#accept(",") && !this.#accept(";")) {
        this.#expect("}");
        break;
      }
    }
    return { kind: "object", fields, rest };
  }

  #take(): string {
    const token = this.#tokens[this.#at];
    if (token === undefined) return this.#fail("more");
    this.#at++;
    return token;
  }

  #accept(token: string): boolean {
    if (this.#tokens[this.#at] !== token) return false;
    this.#at++;
    return true;
  }

  #expect(token: string): void {
    if (!this.#accept(token)) this.#fail(JSON.stringify(token));
  }

  #fail(expected: string): never {
    throw new SyntaxError(`expected ${expected} at ${this.#tokens[this.#at] ?? "the end"}`);
  }
}
