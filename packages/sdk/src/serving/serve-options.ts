import type { RuntimeOptions } from "@stator/runtime-native";

import { checkOptions, checkWhole } from "../definition/check-options.ts";
import { invalidArgument } from "../definition/invalid-argument.ts";

/** Where HTTP listens. */
export interface HttpOptions {
  /** Default: `DYN_HTTP_HOST`, else `127.0.0.1`. */
  host?: string;
  /** 0 takes any free port. Default: `DYN_HTTP_PORT`, else 8000. */
  port?: number;
  /** Lets several processes share the port. Default: false. */
  reusePort?: boolean;
  /** Largest request body, in bytes. Default: 16 MiB. */
  maxBodyBytes?: number;
}

/** What `serve` takes. */
export interface ServeServiceOptions {
  /** Used only when one of the services has an `@api` method. */
  http?: HttpOptions;
  /** How the runtime is made. Default: the environment, then the runtime's own defaults. */
  runtime?: RuntimeOptions;
  /** Time that open calls have to end when the service stops, in milliseconds. Default: 10,000. */
  drainMs?: number;
  /** Serves in this process also what the services depend on. Default: false. */
  withDependencies?: boolean;
  /** Stops on SIGTERM and SIGINT and then ends the process. Default: true. */
  signals?: boolean;
}

/** Options, then environment, then defaults. */
export interface ResolvedServeOptions {
  readonly http: Required<HttpOptions>;
  readonly runtime: RuntimeOptions;
  readonly drainMs: number;
  readonly signals: boolean;
}

/** Checks the options and fills in what they leave out. */
export function resolveServeOptions(
  options: ServeServiceOptions,
  environment: Record<string, string | undefined> = process.env,
): ResolvedServeOptions {
  checkOptions("serve", options, ["http", "runtime", "drainMs", "withDependencies", "signals"]);
  checkOptions("serve: http", options.http ?? {}, ["host", "port", "reusePort", "maxBodyBytes"]);
  checkWhole("serve: drainMs", options.drainMs, 0);
  checkWhole("serve: http.maxBodyBytes", options.http?.maxBodyBytes, 1);
  return {
    http: {
      host: options.http?.host ?? environment["DYN_HTTP_HOST"] ?? "127.0.0.1",
      port: checkPort(options.http?.port ?? environment["DYN_HTTP_PORT"] ?? 8000),
      reusePort: options.http?.reusePort ?? false,
      maxBodyBytes: options.http?.maxBodyBytes ?? 16 * 1024 * 1024,
    },
    runtime: options.runtime ?? {},
    drainMs: options.drainMs ?? 10_000,
    signals: options.signals ?? true,
  };
}

/** A port as a number from 0 to 65535; text is accepted as it comes from the environment and the command line. */
export function checkPort(value: number | string): number {
  const port = typeof value === "string" && /^\d+$/.test(value) ? Number(value) : value;
  if (typeof port !== "number" || !Number.isInteger(port) || port < 0 || port > 65_535) {
    throw invalidArgument(`${JSON.stringify(value)} is not a port; use a whole number from 0 to 65535.`);
  }
  return port;
}
