import type { EnumShape, StructShape, TypeRef } from "../document.ts";
import { nameOfNumber } from "./numbers-fit.ts";

const formats = {
  uuid: "a UUID",
  url: "a URL",
  "date-time": "a time in UTC",
  "local-date-time": "a date and time",
  date: "a date",
  time: "a time of day",
};

/** A type in a few words, as it is on the wire. */
export function describeType(type: TypeRef | { kind: "shape"; name: string; shape: StructShape | EnumShape }): string {
  switch (type.kind) {
    case "bool":
      return "a boolean";
    case "string":
      return "text";
    case "char":
      return "a character";
    case "unit":
      return "null";
    case "json":
      return "any JSON";
    case "bytes":
      return "bytes";
    case "text":
      return formats[type.format];
    case "int":
    case "float":
      return nameOfNumber(type);
    case "option":
      return `${describeType(type.of)} or null`;
    case "list":
    case "set":
      return "a list";
    case "array":
      return `a list of ${type.length}`;
    case "tuple":
      return `a list of ${type.items.length} types`;
    case "map":
      return "a map";
    case "literal":
      return JSON.stringify(type.value);
    case "ref":
    case "shape":
      return type.name;
  }
}
