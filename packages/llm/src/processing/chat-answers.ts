import type { Context } from "@stator/sdk";
import { clock } from "@stator/sdk";

import type {
  ChatChunkChoice,
  ChatCompletionChunk,
  ChatCompletionRequest,
  CompletionUsage,
} from "../generated/index.ts";
import type { AskAnswers } from "./answer-plan.ts";
import { ChatChoice, type ChatFormat } from "./chat-choice.ts";
import type { LoadedModel } from "./loaded-model.ts";
import { encoded } from "./prompts.ts";
import { badRequest } from "./refused.ts";
import { engineRequest, withSeed } from "./requests/engine-request.ts";
import { chatPrompt } from "./templates/chat-prompt.ts";
import { REASONING_FORMATS } from "./tools/reasoning.ts";
import { TOOL_CALL_FORMATS } from "./tools/tool-calls.ts";
import { type NamedTool, namedTool } from "./tools/tool-choice.ts";
import { UsageCount } from "./usage-count.ts";

/** Of the prompt, to see whether its template has opened a thought. */
const PROMPT_END = 64;

/** The parts of the answers to a conversation, and one with the usage. */
export async function* chatAnswers(
  request: ChatCompletionRequest,
  model: LoadedModel,
  context: Context,
  ask: AskAnswers,
): AsyncGenerator<ChatCompletionChunk, void> {
  const named = namedTool(request);
  const prompt = chatPrompt(request, model.prompts);
  const tokenIds = await encoded(prompt, false, model, context.signal, "messages");
  if (tokenIds.length === 0) throw badRequest("The conversation is empty for this model.", "messages");
  const asked = engineRequest(request, tokenIds, model.defaults, {
    maxTokens: request.max_completion_tokens ?? request.max_tokens,
    logprobs: logprobsOf(request),
    prompt: "messages",
    responseFormat:
      named?.parameters === undefined || named.parameters === null
        ? request.response_format
        : { type: "json_schema", json_schema: { schema: named.parameters } },
  });
  const usage = new UsageCount();
  usage.addPrompt(tokenIds.length);
  const chunk = chunksOf(request.model, context);
  const format = formatOf(request, model, named, prompt.slice(-PROMPT_END));
  yield* ask(
    Array.from({ length: request.n ?? 1 }, (_, index) => {
      const choice = new ChatChoice(index, format);
      return {
        model,
        usage,
        request: withSeed(asked, index),
        write(part) {
          const written = choice.push(part);
          return written === null ? null : chunk([written], null);
        },
      };
    }),
  );
  yield chunk([], usage.usage);
}

function chunksOf(
  model: string,
  { id }: Context,
): (choices: ChatChunkChoice[], usage: CompletionUsage | null) => ChatCompletionChunk {
  const created = Math.floor(clock.now() / 1000);
  return (choices, usage) => ({
    id: `chatcmpl-${id}`,
    object: "chat.completion.chunk",
    created,
    model,
    choices,
    usage,
    system_fingerprint: null,
  });
}

function logprobsOf({ logprobs, top_logprobs: top }: ChatCompletionRequest): number | null {
  if (logprobs === true) return top ?? 0;
  if (top !== null && top > 0) throw badRequest("top_logprobs needs logprobs to be true.", "top_logprobs");
  return null;
}

function formatOf(
  request: ChatCompletionRequest,
  { card }: LoadedModel,
  named: NamedTool | null,
  promptEnd: string,
): ChatFormat {
  const { tool_call_parser: toolParser, reasoning_parser: reasoningParser } = card.runtime_config;
  const hasTools = (request.tools ?? []).length > 0 && request.tool_choice !== "none";
  return {
    promptEnd,
    namedTool: named?.name ?? null,
    toolCalls: hasTools && typeof toolParser === "string" ? (TOOL_CALL_FORMATS[toolParser] ?? null) : null,
    reasoning: typeof reasoningParser === "string" ? (REASONING_FORMATS[reasoningParser] ?? null) : null,
  };
}
