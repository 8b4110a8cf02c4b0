import type { TypeRef } from "../document.ts";
import type { Model } from "../model/model.ts";

/** What HTTP callers of a declared error see change, as sentences. */
export function statusChanges(before: Model, errorBefore: TypeRef, after: Model, errorAfter: TypeRef): string[] {
  const old = statuses(before, errorBefore);
  const now = statuses(after, errorAfter);
  return [...old].flatMap(([name, status]) => {
    const other = now.get(name);
    return other === undefined || other === status
      ? []
      : [`error${name === "" ? "" : ` ${name}`}: its HTTP status changed from ${status} to ${other}`];
  });
}

/** By variant; a struct has one entry without a name. */
function statuses(model: Model, error: TypeRef): Map<string, number> {
  if (error.kind !== "ref") return new Map();
  const { shape, status = 500 } = model.type(error.name);
  if (shape.kind !== "enum") return new Map([["", status]]);
  return new Map(shape.variants.map((variant) => [variant.name, variant.status ?? status]));
}
