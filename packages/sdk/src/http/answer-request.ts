import { StatorError } from "@stator/runtime-native";

import { runInHttpScope } from "../serving/call-scope.ts";
import type { CallSpan } from "../tracing/call-span.ts";
import type { HttpContext } from "./http-context.ts";
import type { RequestRoute } from "./request-route.ts";

/** Has a method answer a request, as part of the request's scope and span. */
export async function answerRequest(
  { handler, host, property }: RequestRoute,
  request: Request,
  context: HttpContext,
  trace: CallSpan | null,
): Promise<Response> {
  const answer = async () => handler(request, context);
  const running = runInHttpScope(context, () => (trace === null ? answer() : trace.run(answer)));
  const response: unknown = await context.bounded(running);
  if (response instanceof Response) return response;
  throw new StatorError("internal", `${host.definition.className}.${property} gave no Response.`);
}

/** The response with `over` called once its body has been read to the end or given up, or at once if it has none. */
export function watchedResponse(response: Response, over: () => void): Response {
  const { body, status, statusText, headers } = response;
  if (body === null) {
    over();
    return response;
  }
  const reader = body.getReader();
  const watched = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await reader.read();
          if (!done) return controller.enqueue(value);
        } catch (error) {
          over();
          throw error;
        }
        over();
        controller.close();
      },
      async cancel(reason) {
        over();
        await reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
  return new Response(watched, { status, statusText, headers });
}
