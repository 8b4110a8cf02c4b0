import type { Context } from "@stator/runtime-native";

const requests = new WeakMap<Context, Request>();

/** Keeps the HTTP request that a context stands for, for interceptors. */
export function setHttpRequest(context: Context, request: Request): void {
  requests.set(context, request);
}

/** The HTTP request that a context stands for; null for a call of another service. */
export function httpRequestOf(context: Context): Request | null {
  return requests.get(context) ?? null;
}
