import type { EnumShape, Limits, TypeRef } from "../document.ts";
import { rangeOf } from "./numbers-fit.ts";

type Literal = TypeRef & { kind: "literal" };
type Read = TypeRef | { readonly kind: "shape"; readonly shape: EnumShape | { readonly kind: "struct" } };

/** Whether a reader takes the one value that a writer may send. */
export function takesLiteral(read: Read, limits: Limits, { value }: Literal): boolean {
  switch (read.kind) {
    case "literal":
      return read.value === value;
    case "bool":
      return typeof value === "boolean";
    case "string":
      return typeof value === "string" && fitsLength(value, limits);
    case "int": {
      if (typeof value !== "number" || !Number.isInteger(value) || read.policy === "string") return false;
      const { min, max } = rangeOf(read);
      return value >= min && value <= max && fitsValue(value, limits);
    }
    case "float":
      return typeof value === "number" && fitsValue(value, limits);
    case "shape":
      return read.shape.kind === "enum" && takesText(read.shape, value);
    default:
      return false;
  }
}

function takesText(shape: EnumShape, value: Literal["value"]): boolean {
  return (
    shape.tagging.kind === "external" &&
    typeof value === "string" &&
    shape.variants.some(
      (variant) =>
        variant.shape.kind === "unit" &&
        (variant.other === true || variant.name === value || variant.aliases?.includes(value) === true),
    )
  );
}

function fitsLength(
  value: string,
  { minLength = 0, maxLength = Infinity, minChars = 0, maxChars = Infinity }: Limits,
): boolean {
  const bytes = Buffer.byteLength(value);
  return bytes >= minLength && bytes <= maxLength && value.length >= minChars && Array.from(value).length <= maxChars;
}

function fitsValue(value: number, { min, max }: Limits): boolean {
  return (min === undefined || value >= min) && (max === undefined || value <= max);
}
