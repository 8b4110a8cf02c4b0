import { clock, type Context } from "@stator/sdk";

import type { Completion, CompletionChoice, CompletionRequest, CompletionUsage } from "../generated/index.ts";
import type { AskAnswers } from "./answer-plan.ts";
import { CompletionChoiceWriter } from "./completion-choice.ts";
import type { LoadedModel } from "./loaded-model.ts";
import { encodedPrompts } from "./prompts.ts";
import { badRequest } from "./refused.ts";
import { engineRequest, withSeed } from "./requests/engine-request.ts";
import { UsageCount } from "./usage-count.ts";

/** Of all prompts together. */
const MOST_ANSWERS = 1024;

/** The parts of the answers to prompts, and one with the usage. The answers to the second prompt are numbered behind those to the first. */
export async function* completionAnswers(
  request: CompletionRequest,
  model: LoadedModel,
  context: Context,
  ask: AskAnswers,
): AsyncGenerator<Completion, void> {
  checkSupported(request);
  const prompts = await encodedPrompts(request.prompt, "prompt", model, context.signal);
  const n = request.n ?? 1;
  if (prompts.length * n > MOST_ANSWERS) {
    throw badRequest(`${prompts.length} prompts with ${n} answers each; ${MOST_ANSWERS} answers are the most.`, "n");
  }
  const usage = new UsageCount();
  const part = partsOf(request.model, context);
  const plans = prompts.flatMap(({ tokenIds, text }, prompt) => {
    usage.addPrompt(tokenIds.length);
    const asked = engineRequest(request, tokenIds, model.defaults, {
      maxTokens: request.max_tokens,
      logprobs: request.logprobs,
      responseFormat: null,
      prompt: "prompt",
    });
    return Array.from({ length: n }, (_, answer) => {
      const choice = new CompletionChoiceWriter(prompt * n + answer, request.echo === true ? text : "");
      return {
        model,
        usage,
        request: withSeed(asked, answer),
        write(given: Parameters<typeof choice.push>[0]) {
          const written = choice.push(given);
          return written === null ? null : part([written], null);
        },
      };
    });
  });
  yield* ask(plans);
  yield part([], usage.usage);
}

function partsOf(
  model: string,
  { id }: Context,
): (choices: CompletionChoice[], usage: CompletionUsage | null) => Completion {
  const created = Math.floor(clock.now() / 1000);
  return (choices, usage) => ({
    id: `cmpl-${id}`,
    object: "text_completion",
    created,
    model,
    choices,
    usage,
    system_fingerprint: null,
  });
}

function checkSupported({ best_of: bestOf, n, suffix, echo, logprobs }: CompletionRequest): void {
  if (bestOf !== null && bestOf !== (n ?? 1)) {
    throw badRequest("best_of other than n is not served: ask for n answers and choose.", "best_of");
  }
  if (suffix !== null && suffix !== "") {
    throw badRequest("suffix is not served: write the prompt with the model's own marks for it.", "suffix");
  }
  if (echo === true && logprobs !== null) {
    throw badRequest("echo with logprobs is not served: engines give no probabilities of prompts.", "echo");
  }
}
