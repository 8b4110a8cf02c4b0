import { type Field, isIdentifier } from "@stator/contract";
import { printKey } from "./print-type.ts";
import type { ReaderWriter, Source } from "./reader.ts";

/** What stands under a key; `missing` is the expression for what to take when nothing does. */
export function keySource(writer: ReaderWriter, name: string, missing: string | null): Source {
  if (name in Object.prototype) {
    const own = writer.support("objects", "own");
    const key = JSON.stringify(name);
    if (missing === null) return `${own}(value, ${key})`;
    return (variable) => `const ${variable} = ${own}(value, ${key}, ${missing});`;
  }
  if (missing === null) return access(name);
  return (variable) => {
    const renamed = variable === name ? variable : `${printKey(name)}: ${variable}`;
    return `const { ${renamed} = ${missing} } = value;`;
  };
}

/** The value under a key that no object inherits. */
export function access(name: string): string {
  return isIdentifier(name) ? `value.${name}` : `value[${JSON.stringify(name)}]`;
}

/** A constant that holds the known keys. */
export function keySet(writer: ReaderWriter, place: string, keys: readonly string[]): string {
  const name = `keysOf${place}`;
  const declaration = `const ${name}: ReadonlySet<string> = new Set([${keys.map((key) => JSON.stringify(key)).join(", ")}]);`;
  if (!writer.functions.includes(declaration)) writer.functions.push(declaration);
  return name;
}

/** Whether every object inherits something under the key, which is no data. */
export function isInherited(field: Field): boolean {
  return field.name in Object.prototype;
}
