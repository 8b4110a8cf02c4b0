import { printPattern } from "./variables.ts";

/** The conditions on one key. `variable` is to hold its value; null when the conditions look it up themselves. */
export type Checked = {
  readonly key: string;
  readonly variable: string | null;
  readonly conditions: readonly string[];
};

/** A declaration of variables, and the conditions on them. */
type Stage = { readonly declaration: readonly string[]; readonly conditions: readonly string[] };

/**
 * Orders the conditions on the keys of `value`: first those that call functions, `more` among them, then those that only
 * compute. A call makes an engine forget what it knows of an object, and it must keep the variables around it, so what
 * can be read after the last call is read then.
 */
function stages(checked: readonly Checked[], more: readonly string[]): Stage[] {
  const calling = checked.filter(({ conditions }) => conditions.some(calls));
  const computing = checked.filter((each) => !calling.includes(each));
  return [stage(calling, more), stage(computing, [])].filter(({ conditions }) => conditions.length > 0);
}

function stage(checked: readonly Checked[], more: readonly string[]): Stage {
  const taken = checked.flatMap(({ key, variable }) => (variable === null ? [] : ([[key, variable]] as const)));
  return {
    declaration: taken.length === 0 ? [] : [`const ${printPattern(taken)} = value;`],
    conditions: [...checked.flatMap(({ conditions }) => conditions), ...more],
  };
}

/** Whether a condition calls a function that engines do not replace by a few instructions. */
function calls(condition: string): boolean {
  return /[\w.]\(/.test(condition.replaceAll(/\b(?:Number\.is(?:Finite|SafeInteger)|Math\.fround)\(/g, "("));
}

/** Statements that go on with `inside` when all conditions hold. */
export function whenAll(checked: readonly Checked[], more: readonly string[], inside: readonly string[]): string[] {
  return stages(checked, more)
    .toReversed()
    .reduce<readonly string[]>(
      (body, { declaration, conditions }) => [...declaration, ...when(conditions, body)],
      inside,
    )
    .slice();
}

/** Statements that return whether all conditions hold. */
export function returnAll(checked: readonly Checked[], more: readonly string[]): string[] {
  const [last, first] = stages(checked, more).toReversed();
  if (last === undefined) return ["return true;"];
  const end = [...last.declaration, ...returned(last.conditions)];
  if (first === undefined) return end;
  return [...first.declaration, ...when(first.conditions, end), "return false;"];
}

function when(conditions: readonly string[], body: readonly string[]): string[] {
  const inside = body.map((line) => `  ${line}`);
  const line = `if (${conditions.join(" && ")}) {`;
  if (line.length < 80) return [line, ...inside, "}"];
  return ["if (", ...joined(conditions, "&&"), ") {", ...inside, "}"];
}

/** Statements that return whether all conditions hold, or one of them. */
export function returned(conditions: readonly string[], operator: "&&" | "||" = "&&"): string[] {
  const line = `return ${conditions.length === 0 ? "true" : conditions.join(` ${operator} `)};`;
  if (conditions.length < 2 || line.length < 80) return [line];
  return ["return (", ...joined(conditions, operator), ");"];
}

/** Conditions on a line each. */
function joined(conditions: readonly string[], operator: string): string[] {
  return conditions.map((one, index) => `  ${one}${index + 1 < conditions.length ? ` ${operator}` : ""}`);
}
