import type { ChatCompletionRequest, JsonValue } from "../../generated/index.ts";
import { badRequest } from "../refused.ts";

/** The tool that has to be called, by the request's `tool_choice`. */
export interface NamedTool {
  readonly name: string;
  /** The schema of its arguments; null for any. */
  readonly parameters: JsonValue | null;
}

/**
 * The tool that a request insists on; null if it names none.
 *
 * @throws RequestRefusedError 400 for a choice that is unknown, or a tool that is not among `tools`.
 */
export function namedTool({ tool_choice: choice, tools }: ChatCompletionRequest): NamedTool | null {
  if (choice === null || choice === "none" || choice === "auto" || choice === "required") {
    if (choice === "required" && (tools ?? []).length === 0) {
      throw badRequest('tool_choice is "required", but there are no tools.', "tool_choice");
    }
    return null;
  }
  const name = isObject(choice) && isObject(choice.function) ? choice.function.name : undefined;
  if (typeof name !== "string") {
    const known = '"none", "auto", "required" or {"type": "function", "function": {"name": ...}}';
    throw badRequest(`tool_choice is none of ${known}.`, "tool_choice");
  }
  for (const tool of tools ?? []) {
    const described = isObject(tool) ? tool.function : undefined;
    if (isObject(described) && described.name === name) return { name, parameters: described.parameters ?? null };
  }
  throw badRequest(`tool_choice names ${JSON.stringify(name)}, which is not among the tools.`, "tool_choice");
}

function isObject(value: JsonValue | undefined): value is { readonly [key: string]: JsonValue } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
