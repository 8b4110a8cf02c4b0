import type { ChatCompletionRequest } from "../../generated/index.ts";
import { badRequest } from "../refused.ts";
import { type Extras, extrasOf } from "../requests/extras.ts";
import { plainValue } from "../requests/plain-value.ts";
import { templateMessages } from "./chat-messages.ts";
import type { ChatTemplate } from "./chat-template.ts";
import { TemplateRefusal } from "./template-functions.ts";

/** The templates of a model by name, and the special tokens that they may write. */
export interface PromptTemplates {
  readonly templates: ReadonlyMap<string, ChatTemplate>;
  readonly specialTokens: Readonly<Record<string, string>>;
}

/**
 * The text that a conversation is for the model.
 *
 * @throws RequestRefusedError 400 when the model has no template, or the template refuses.
 */
export function chatPrompt(request: ChatCompletionRequest, { templates, specialTokens }: PromptTemplates): string {
  const extras = extrasOf(request);
  const tools =
    request.tools !== null && request.tools.length > 0 && request.tool_choice !== "none" ? request.tools : null;
  const template = (tools === null ? undefined : templates.get("tool_use")) ?? templates.get("default");
  if (template === undefined) {
    const instead = "use /v1/completions, or serve it with a chat_template.jinja";
    throw badRequest(`The model ${JSON.stringify(request.model)} has no chat template; ${instead}.`, "model");
  }
  const continued = extras.boolean("continue_final_message") ?? false;
  const generates = extras.boolean("add_generation_prompt") ?? !continued;
  if (continued && generates) {
    throw badRequest("continue_final_message and add_generation_prompt cannot both be true.", "continue_final_message");
  }
  const messages = templateMessages(request.messages, template);
  const rendered = render(template, [
    extras.object("chat_template_kwargs") ?? {},
    {
      ...specialTokens,
      messages,
      add_generation_prompt: generates,
      ...(tools === null ? {} : { tools: tools.map(plainValue) }),
      ...documents(extras),
    },
  ]);
  return continued ? upToFinal(rendered, messages.at(-1)) : rendered;
}

function documents(extras: Extras): Record<string, unknown> {
  const given = extras.list("documents");
  return given === null ? {} : { documents: given.map(plainValue) };
}

function render(template: ChatTemplate, variables: readonly Readonly<Record<string, unknown>>[]): string {
  try {
    return template.render(...variables.map((each) => ({ ...each })));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const what = error instanceof TemplateRefusal ? "refuses this conversation" : "cannot be used for it";
    throw badRequest(`The chat template of the model ${what}: ${reason}`, "messages");
  }
}

/** Leaves out what the template writes behind the last message, so that the model goes on with it. */
function upToFinal(rendered: string, last: Readonly<Record<string, unknown>> | undefined): string {
  const content = last?.role === "assistant" && typeof last.content === "string" ? last.content.trim() : "";
  const at = content === "" ? -1 : rendered.lastIndexOf(content);
  if (at === -1) {
    const wanted = "the last message must be the assistant's, with a text that the template writes as it is";
    throw badRequest(`continue_final_message: ${wanted}.`, "continue_final_message");
  }
  return rendered.slice(0, at + content.length);
}
