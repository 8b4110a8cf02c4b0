import type { Context } from "@stator/runtime-native";

import { checkOptions } from "./check-options.ts";
import { invalidArgument } from "./invalid-argument.ts";
import { hookTimeout } from "./lifecycle.ts";
import { ownMembers } from "./members.ts";

/** What `@onRequest` takes. */
export interface RequestHandlerOptions {
  /** Longest time until there is a response, in milliseconds; then the client gets 504. Default: no limit. */
  timeoutMs?: number;
}

/** Answers HTTP requests with responses of its own making. */
export type RequestHandler = (request: Request, context: Context) => Response | Promise<Response>;

type HandlerContext = ClassMethodDecoratorContext<unknown, RequestHandler>;
type RequestDecorator = (method: RequestHandler, context: HandlerContext) => void;

/**
 * Answers every HTTP request that is for no `@api` method: for paths, bodies, headers and streams that `@api` does not offer. The
 * service has a port because of it. Calls that the method makes belong to the request, as with `@api`; a client that goes away
 * fires `context.signal`.
 *
 * It reads the body itself, and should limit it: `readText`. One method of a process can have it.
 */
export function onRequest(method: RequestHandler, context: HandlerContext): void;
export function onRequest(options: RequestHandlerOptions): RequestDecorator;
export function onRequest(
  given: RequestHandler | RequestHandlerOptions,
  context?: HandlerContext,
): RequestDecorator | void {
  if (typeof given === "function") {
    if (context === undefined) {
      throw invalidArgument("@onRequest stands above a method: write @onRequest without brackets.");
    }
    return addRequestHandler("@onRequest", null, context);
  }
  checkOptions("@onRequest", given, ["timeoutMs"]);
  const timeoutMs = hookTimeout("@onRequest", given.timeoutMs);
  return (_method, at) => addRequestHandler("@onRequest", timeoutMs, at);
}

/** Notes the method that answers requests, for the class under decoration. */
export function addRequestHandler(where: string, timeoutMs: number | null, context: ClassMethodDecoratorContext): void {
  const { name } = context;
  if (context.static || context.private || typeof name !== "string") {
    throw invalidArgument(`${where} ${String(name)}: what answers requests is a public method of the instance.`);
  }
  const members = ownMembers(context.metadata);
  if (members.requests !== null) {
    throw invalidArgument(`${where}: ${members.requests.property} and ${name} both answer every other request.`);
  }
  members.requests = { property: name, timeoutMs };
}
