import type { ChatContent, ChatMessage, JsonValue } from "../../generated/index.ts";
import { badRequest } from "../refused.ts";
import { plainValue } from "../requests/plain-value.ts";
import type { ChatTemplate } from "./chat-template.ts";

/**
 * The messages as templates expect them: without keys that say nothing, the arguments of tool calls as objects, the content
 * as one text where the template wants that, `developer` as `system` where it knows no other.
 *
 * @throws RequestRefusedError 400 for parts that are not text.
 */
export function templateMessages(
  messages: readonly ChatMessage[],
  template: Pick<ChatTemplate, "takesParts" | "knowsDeveloper">,
): Record<string, unknown>[] {
  return messages.map((message, index) => {
    const { role, content, tool_calls: calls, ...others } = message;
    const known: Record<string, unknown> = {
      role: role === "developer" && !template.knowsDeveloper ? "system" : role,
      content: contentFor(content, template.takesParts, index),
    };
    if (calls !== null && calls.length > 0) known.tool_calls = calls.map((call) => plainValue(toolCall(call)));
    for (const [key, value] of Object.entries(others)) {
      if (value !== null) known[key] = plainValue(value);
    }
    return known;
  });
}

function contentFor(content: ChatContent | null, takesParts: boolean, message: number): unknown {
  if (content === null || typeof content === "string") return content ?? "";
  const texts = content.map(({ type, text }, part) => {
    if (text !== null && (type === "text" || type === "input_text" || type === "refusal")) return text;
    const where = `messages[${message}].content[${part}].type`;
    throw badRequest(`${where} is ${JSON.stringify(type)}; this model reads text only.`, where);
  });
  return takesParts ? texts.map((text) => ({ type: "text", text })) : texts.join("\n");
}

/** OpenAI writes arguments as text; templates write them themselves. */
function toolCall(call: JsonValue): JsonValue {
  if (!isObject(call) || !isObject(call.function)) return call;
  const { arguments: given } = call.function;
  if (typeof given !== "string") return call;
  try {
    const parsed = JSON.parse(given === "" ? "{}" : given) as JsonValue;
    return isObject(parsed) ? { ...call, function: { ...call.function, arguments: parsed } } : call;
  } catch {
    return call;
  }
}

type JsonObject = { readonly [key: string]: JsonValue };

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
