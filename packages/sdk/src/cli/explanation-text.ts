import type { Explanation, Said } from "../configuration/explanation.ts";
import { stringifyJson } from "../schema/json-text.ts";
import { table } from "./command-output.ts";

/** `Worker.maxTokens  -1  command line  --Worker.maxTokens` */
export function explanationRow({ service, path, value, said }: Explanation): string[] {
  const [first] = said;
  return [`${service}.${path}`, stringifyJson(value), first?.layer ?? "", first?.where ?? ""];
}

/** The value first, then every layer that says something of it, the strongest first. */
export function explanationText({ service, path, value, said }: Explanation): string[] {
  const rows = said.map((each, index) => [
    `  ${each.layer}`,
    stringifyJson(each.value),
    placeOf(each),
    index === 0 ? "" : "shadowed",
  ]);
  return [`${service}.${path} = ${stringifyJson(value)}`, ...table(rows)];
}

function placeOf({ layer, where }: Said): string {
  return where === "" ? (layer === "default" ? "(default)" : "") : where;
}
