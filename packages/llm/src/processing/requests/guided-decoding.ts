import type { GuidedDecodingOptions, JsonValue } from "../../generated/index.ts";
import { badRequest } from "../refused.ts";
import type { Extras } from "./extras.ts";

type Form = Partial<GuidedDecodingOptions>;

/**
 * The form that an answer has to have: from `response_format`, from `guided_json` and its like, or from `structured_outputs`.
 *
 * @throws RequestRefusedError 400 for a form that is unknown, or more than one.
 */
export function guidedDecoding(format: JsonValue | null, extras: Extras): GuidedDecodingOptions | null {
  const forms: Form[] = [fromResponseFormat(format), fromExtras(extras), fromStructuredOutputs(extras)].flat();
  const [form] = forms;
  if (form === undefined) return null;
  if (forms.length > 1) {
    const names = forms.flatMap((each) => Object.keys(each)).join(", ");
    throw badRequest(`An answer can have one form; several are asked for: ${names}.`, "response_format");
  }
  return {
    json: null,
    regex: null,
    choice: null,
    grammar: null,
    structural_tag: null,
    ...form,
    backend: extras.text("guided_decoding_backend"),
    whitespace_pattern: extras.text("guided_whitespace_pattern"),
  };
}

function fromResponseFormat(format: JsonValue | null): Form[] {
  if (format === null) return [];
  if (!isObject(format)) throw badRequest("response_format is not an object.", "response_format");
  switch (format.type) {
    case "text":
      return [];
    case "json_object":
      return [{ json: { type: "object" } }];
    case "json_schema": {
      const schema = isObject(format.json_schema) ? format.json_schema.schema : undefined;
      if (schema !== undefined && isObject(schema)) return [{ json: schema }];
      throw badRequest("response_format.json_schema.schema is missing.", "response_format.json_schema.schema");
    }
    case "structural_tag":
      return [{ structural_tag: format }];
    default: {
      const known = "text, json_object, json_schema or structural_tag";
      throw badRequest(`response_format.type is none of ${known}.`, "response_format.type");
    }
  }
}

function fromExtras(extras: Extras): Form[] {
  const forms: Form[] = [];
  const json = extras.json("guided_json");
  if (json !== null) forms.push({ json: schemaOf(json, "guided_json") });
  const regex = extras.text("guided_regex");
  if (regex !== null) forms.push({ regex });
  const choice = extras.texts("guided_choice");
  if (choice !== null) forms.push({ choice });
  const grammar = extras.text("guided_grammar");
  if (grammar !== null) forms.push({ grammar });
  return forms;
}

function fromStructuredOutputs(extras: Extras): Form[] {
  const given = extras.json("structured_outputs");
  if (given === null) return [];
  if (!isObject(given)) throw badRequest("structured_outputs is not an object.", "structured_outputs");
  const forms: Form[] = [];
  const { json, regex, choice, grammar, structural_tag: tag } = given;
  if (json !== undefined && json !== null) forms.push({ json: schemaOf(json, "structured_outputs.json") });
  if (typeof regex === "string") forms.push({ regex });
  if (Array.isArray(choice) && choice.every((each) => typeof each === "string")) forms.push({ choice });
  if (typeof grammar === "string") forms.push({ grammar });
  if (tag !== undefined && tag !== null) forms.push({ structural_tag: tag });
  return forms;
}

/** A schema may be written as text. */
function schemaOf(given: JsonValue, param: string): JsonValue {
  if (typeof given !== "string") return given;
  try {
    return JSON.parse(given) as JsonValue;
  } catch {
    throw badRequest(`${param} is a text that is not JSON.`, param);
  }
}

function isObject(value: JsonValue | undefined): value is { readonly [key: string]: JsonValue } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
