import { NO_INTERCEPTORS, type Interceptors, type ResolvedInterceptors } from "../interceptor/interceptor.ts";
import { checkOptions } from "./check-options.ts";
import { invalidArgument } from "./invalid-argument.ts";

/** A copy of a list of interceptors; refuses what is none. */
export function readInterceptorList<I>(where: string, list: readonly I[] = []): readonly I[] {
  if (!Array.isArray(list) || !list.every((each) => typeof each === "function")) {
    throw invalidArgument(`${where} is a list of functions: [(next) => async (call) => next(call)].`);
  }
  return [...list];
}

/** Interceptors of both sides. */
export function readInterceptors(where: string, interceptors: Interceptors | undefined): ResolvedInterceptors {
  if (interceptors === undefined) return NO_INTERCEPTORS;
  checkOptions(where, interceptors, ["server", "client"]);
  return {
    server: readInterceptorList(`${where}.server`, interceptors.server),
    client: readInterceptorList(`${where}.client`, interceptors.client),
  };
}
