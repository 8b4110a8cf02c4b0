import type { RuntimeOptions } from "@stator/runtime-native";

import { checkOptions, checkWhole } from "../definition/check-options.ts";
import { readInterceptors } from "../definition/read-interceptors.ts";
import { type HttpOptions, type ResolvedHttpOptions, resolveHttpOptions } from "./http-server-options.ts";
import type { Interceptors, ResolvedInterceptors } from "../interceptor/interceptor.ts";

/** What `serve` takes. */
export interface ServeServiceOptions {
  /** Used only when one of the services has an `@api` method, or there is an `app`. */
  http?: HttpOptions;
  /** How the runtime is made. Default: the environment, then the runtime's own defaults. */
  runtime?: RuntimeOptions;
  /** Time that open calls have to end when the service stops, in milliseconds. Default: 10,000. */
  drainMs?: number;
  /** Serves in this process also what the services depend on. Default: false. */
  withDependencies?: boolean;
  /**
   * What the services are told, by their names: `{ Worker: { maxTokens: 5 } }`. Stronger than files and the environment.
   * Default: nothing.
   */
  configuration?: Readonly<Record<string, object>>;
  /** Stops on SIGTERM and SIGINT and then ends the process. Default: true. */
  signals?: boolean;
  /** Around the calls that these services answer and make, outside of those of the services. Default: none. */
  interceptors?: Interceptors;
}

/** Options, then environment, then defaults. */
export interface ResolvedServeOptions {
  readonly http: ResolvedHttpOptions;
  readonly runtime: RuntimeOptions;
  readonly drainMs: number;
  readonly signals: boolean;
  readonly interceptors: ResolvedInterceptors;
}

/** Checks the options and fills in what they leave out. */
export function resolveServeOptions(
  options: ServeServiceOptions,
  environment: Record<string, string | undefined> = process.env,
): ResolvedServeOptions {
  checkOptions("serve", options, [
    "http",
    "runtime",
    "drainMs",
    "withDependencies",
    "configuration",
    "signals",
    "interceptors",
  ]);
  checkWhole("serve: drainMs", options.drainMs, 0);
  return {
    http: resolveHttpOptions(options.http, environment),
    runtime: options.runtime ?? {},
    drainMs: options.drainMs ?? 10_000,
    signals: options.signals ?? true,
    interceptors: readInterceptors("serve: interceptors", options.interceptors),
  };
}
