/** The imports of one generated file. */
export class Imports {
  readonly #names = new Map<string, Map<string, "value" | "type">>();

  /** Imports a value, and the type of the same name with it. */
  value(from: string, name: string): string {
    this.#add(from, name, "value");
    return name;
  }

  type(from: string, name: string): string {
    this.#add(from, name, "type");
    return name;
  }

  /** The import lines, packages first, then files by path. */
  print(): string[] {
    return [...this.#names.entries()]
      .toSorted(([a], [b]) => order(a) - order(b) || compare(a, b))
      .map(([from, names]) => {
        const sorted = [...names.entries()].toSorted(
          ([a], [b]) => compare(a.toLowerCase(), b.toLowerCase()) || compare(a, b),
        );
        const typesOnly = sorted.every(([, kind]) => kind === "type");
        const list = sorted.map(([name, kind]) => (kind === "type" && !typesOnly ? `type ${name}` : name));
        const line = `import ${typesOnly ? "type " : ""}{ ${list.join(", ")} } from ${JSON.stringify(from)};`;
        if (line.length <= 120) return line;
        return `import ${typesOnly ? "type " : ""}{\n${list.map((name) => `  ${name},\n`).join("")}} from ${JSON.stringify(from)};`;
      });
  }

  #add(from: string, name: string, kind: "value" | "type"): void {
    const names = this.#names.get(from) ?? new Map<string, "value" | "type">();
    this.#names.set(from, names);
    if (names.get(name) !== "value") names.set(name, kind);
  }
}

function order(path: string): number {
  return path.startsWith(".") ? 1 : 0;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
