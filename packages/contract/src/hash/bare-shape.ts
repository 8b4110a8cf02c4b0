import { changeRaw, eachRaw, type RawJson } from "./raw-json.ts";

/** A shape without documentation. */
export function bareShape(shape: RawJson): RawJson {
  return changeRaw(shape, {
    fields: eachRaw((field) => changeRaw(field, { docs: null })),
    variants: eachRaw((variant) => changeRaw(variant, { docs: null, shape: bareShape })),
  });
}
