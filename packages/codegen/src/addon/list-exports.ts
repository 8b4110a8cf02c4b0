/** What a loaded addon really has. */
export type Exports = {
  /** Names of functions that are no classes. */
  readonly functions: readonly string[];
  readonly classes: readonly ExportedClass[];
  /** Names of everything else. */
  readonly others: readonly string[];
  /** The document that the addon describes itself with, if it does. */
  readonly document: string | null;
};

export type ExportedClass = {
  readonly name: string;
  readonly statics: readonly string[];
  readonly methods: readonly string[];
};

/** Own names that every function has. */
const functionNames = new Set(["length", "name", "prototype", "arguments", "caller"]);

/** Lists the exports of an addon, as `require` returns it. */
export function listExports(addon: object): Exports {
  const functions: string[] = [];
  const classes: ExportedClass[] = [];
  const others: string[] = [];
  for (const [name, value] of Object.entries(addon) as [string, unknown][]) {
    if (typeof value !== "function") {
      others.push(name);
      continue;
    }
    const methods = methodsOf(value);
    const statics = Object.getOwnPropertyNames(value).filter((key) => !functionNames.has(key));
    if (methods === null) functions.push(name);
    else classes.push({ name, statics: statics.toSorted(), methods });
  }
  return { functions: functions.toSorted(), classes, others: others.toSorted(), document: documentOf(addon) };
}

/** Names on the prototype of a class; null for a plain function. */
function methodsOf(value: object): string[] | null {
  const { prototype } = value as { prototype?: unknown };
  if (typeof prototype !== "object" || prototype === null) return null;
  const names = Object.getOwnPropertyNames(prototype).filter((key) => key !== "constructor");
  return names.length === 0 ? null : names.toSorted();
}

function documentOf(addon: object): string | null {
  const describe = (addon as Record<string, unknown>)["stator.document"];
  if (typeof describe !== "function") return null;
  const text = (describe as () => unknown)();
  return typeof text === "string" ? text : null;
}
