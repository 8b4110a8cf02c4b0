import { checkOptions, checkWhole } from "../definition/check-options.ts";
import { invalidArgument } from "../definition/invalid-argument.ts";

/** What answers a request: the `fetch` of a Hono or Elysia app, or a function of one's own. */
export type FetchHandler = (request: Request, server: Bun.Server<unknown>) => Response | Promise<Response>;

/** Where HTTP listens. */
export interface HttpOptions {
  /** Default: `DYN_HTTP_HOST`, else `127.0.0.1`. */
  host?: string;
  /** 0 takes any free port. Default: `DYN_HTTP_PORT`, else 8000. */
  port?: number;
  /** Lets several processes share the port. Default: false. */
  reusePort?: boolean;
  /** Largest request body of an `@api` method, in bytes. Default: 16 MiB. */
  maxBodyBytes?: number;
  /** Answers every request that is for no `@api` method: an app with `fetch`, or a function. Default: an error with 404. */
  app?:
    | FetchHandler
    | {
        /** Answers a request. */
        fetch: FetchHandler;
      };
  /** False opens no port: `serving.fetch` answers, from within an app that has one. Default: true. */
  listen?: boolean;
}

/** Options, then environment, then defaults. */
export interface ResolvedHttpOptions {
  readonly host: string;
  readonly port: number;
  readonly reusePort: boolean;
  readonly maxBodyBytes: number;
  readonly app: FetchHandler | null;
  readonly listen: boolean;
}

const KNOWN = ["host", "port", "reusePort", "maxBodyBytes", "app", "listen"] as const;

/** Checks the options and fills in what they leave out. */
export function resolveHttpOptions(
  options: HttpOptions = {},
  environment: Record<string, string | undefined>,
): ResolvedHttpOptions {
  checkOptions("serve: http", options, KNOWN);
  checkWhole("serve: http.maxBodyBytes", options.maxBodyBytes, 1);
  return {
    host: options.host ?? environment["DYN_HTTP_HOST"] ?? "127.0.0.1",
    port: checkPort(options.port ?? environment["DYN_HTTP_PORT"] ?? 8000),
    reusePort: options.reusePort ?? false,
    maxBodyBytes: options.maxBodyBytes ?? 16 * 1024 * 1024,
    app: options.app === undefined ? null : fetchOf(options.app),
    listen: options.listen ?? true,
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

function fetchOf(app: NonNullable<HttpOptions["app"]>): FetchHandler {
  if (typeof app === "function") return app;
  if (typeof app === "object" && app !== null && typeof app.fetch === "function") {
    return (request, server) => app.fetch(request, server);
  }
  throw invalidArgument("serve: http.app is no app: pass a function of the request, or an object with fetch.");
}
