import { createLogger, type DistributedRuntime, type Logger, StatorError } from "@stator/runtime-native";

import { givesStream } from "../definition/endpoint-kind.ts";
import { invalidArgument } from "../definition/invalid-argument.ts";
import { suggestion } from "../definition/nearest-name.ts";
import { setHttpRequest } from "../serving/http-request.ts";
import type { FetchHandler, ResolvedHttpOptions } from "../serving/http-server-options.ts";
import type { ServiceHost } from "../serving/service-host.ts";
import { ATTRIBUTE } from "../tracing/attribute.ts";
import type { CallSpan } from "../tracing/call-span.ts";
import { startRequestSpan } from "../tracing/traced-request.ts";
import { errorResponse, toStatorError } from "./error-response.ts";
import { HttpCall } from "./http-call.ts";
import { answerRequest, watchedResponse } from "./answer-request.ts";
import { HttpContext } from "./http-context.ts";
import { requestInput } from "./request-input.ts";
import { type RequestRoute, requestRouteOf } from "./request-route.ts";
import { type Route, routesOf } from "./route.ts";
import { matchRoute } from "./route-match.ts";

type Handle = (request: Bun.BunRequest, server: Bun.Server<unknown>) => Promise<Response>;

/** The HTTP side of this process: every `@api` and `@onRequest` method of the services that it runs, on one port or inside of another app. */
export class HttpServer {
  private server: Bun.Server<unknown> | null = null;
  private address: string | null = null;
  private draining = false;
  private pending = 0;
  private runtime: DistributedRuntime | null = null;
  private idle: PromiseWithResolvers<void> | null = null;

  private constructor(
    private readonly routes: readonly Route[],
    /** Answers what none of them does. */
    private readonly rest: RequestRoute | null,
    private readonly options: ResolvedHttpOptions,
  ) {}

  /** A server that is not open yet; null if HTTP reaches none of the services, and there is no app. */
  static for(hosts: readonly ServiceHost[], options: ResolvedHttpOptions): HttpServer | null {
    const routes = routesOf(hosts);
    const rest = requestRouteOf(hosts);
    if (rest !== null && options.app !== null) {
      const method = `${rest.host.definition.className}.${rest.property}`;
      throw invalidArgument(`serve: http.app and ${method} both answer every other request; leave one of them out.`);
    }
    return routes.length === 0 && rest === null && options.app === null ? null : new HttpServer(routes, rest, options);
  }

  /** Such as `http://127.0.0.1:8000`; null before it is open. */
  get url(): string | null {
    return this.address;
  }

  /** Starts to answer, and to listen unless that is left to somebody else. */
  open(runtime: DistributedRuntime): void {
    this.runtime = runtime;
    const { host, port, reusePort, listen, app } = this.options;
    if (!listen) return;
    const table: Record<string, Record<string, Handle>> = {};
    for (const route of this.routes) {
      (table[route.http.path] ??= {})[route.http.method] = (request, server) =>
        this.handle(runtime, route, request, request.params, server);
    }
    try {
      this.server = Bun.serve({
        hostname: host,
        port,
        reusePort,
        routes: table,
        fetch: (request, server) => {
          if (this.rest !== null) return this.handleRest(runtime, this.rest, request, server);
          return app === null ? this.refuse(request) : this.pass(app, request, server);
        },
        error: (error) => errorResponse(error),
        // The limit is checked by hand, for an answer that says so.
        maxRequestBodySize: Number.MAX_SAFE_INTEGER,
      });
      this.address = this.server.url.origin;
    } catch (error) {
      throw openError(error, host, port);
    }
  }

  /** Answers a request that came another way than through the port. */
  async fetch(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    const found = matchRoute(this.routes, request.method, pathname);
    if (this.runtime === null) return errorResponse(new StatorError("unavailable", "The service has not started yet."));
    if (found !== null) return this.handle(this.runtime, found.route, request, found.parameters, null);
    return this.rest === null ? this.refuse(request) : this.handleRest(this.runtime, this.rest, request, null);
  }

  /** Closes the port, takes no further requests, and waits until the open ones have been answered and sent. */
  async drain(): Promise<void> {
    this.draining = true;
    const sent = this.server?.stop(false);
    if (this.pending > 0) {
      this.idle ??= Promise.withResolvers<void>();
      await this.idle.promise;
    }
    await sent;
  }

  /** Cuts what is still open. */
  async close(): Promise<void> {
    await this.server?.stop(true);
    this.server = null;
  }

  private async handle(
    runtime: DistributedRuntime,
    route: Route,
    request: Request,
    parameters: Record<string, string>,
    server: Bun.Server<unknown> | null,
  ): Promise<Response> {
    if (this.draining) return shuttingDown();
    const { definition, instanceId } = route.host;
    const path = `${definition.id}.${route.endpoint.name}`;
    const trace = startRequestSpan(request, {
      method: route.http.method,
      route: route.http.path,
      path,
      isStream: givesStream(route.endpoint.kind),
    });
    let log = createLogger(() => ({ endpoint: path }));
    try {
      const input = await requestInput(request, parameters, this.options.maxBodyBytes);
      // From here on silence is the handler's business: a model may think for minutes.
      server?.timeout(request, 0);
      const { timeoutMs } = route.endpoint;
      const { metrics } = runtime.endpoint(path);
      const { clock } = runtime;
      const context = new HttpContext(request, { path, instanceId: instanceId ?? 0n, metrics, timeoutMs, clock });
      log = context.log;
      setHttpRequest(context, request);
      const end = this.begun(context);
      trace?.span.setAttribute(ATTRIBUTE.callId, context.id);
      // A failure before the first item writes another one over it.
      trace?.span.setAttribute(ATTRIBUTE.httpStatus, 200);
      return await new HttpCall(route.endpoint, route.http, route.handler, context, trace, end).answer(
        input,
        request.headers.get("accept"),
      );
    } catch (error) {
      return failed(path, error, log, trace);
    }
  }

  /** Has the `@onRequest` method answer. Silence is its business from the start, and so is the body. */
  private async handleRest(
    runtime: DistributedRuntime,
    route: RequestRoute,
    request: Request,
    server: Bun.Server<unknown> | null,
  ): Promise<Response> {
    if (this.draining) return shuttingDown();
    server?.timeout(request, 0);
    const { definition, instanceId } = route.host;
    const path = `${definition.id}.${route.property}`;
    const trace = startRequestSpan(request, { method: request.method, route: "/*", path, isStream: false });
    const { metrics } = runtime.endpoint(path);
    const { timeoutMs } = route;
    const { clock } = runtime;
    const context = new HttpContext(request, { path, instanceId: instanceId ?? 0n, metrics, timeoutMs, clock });
    setHttpRequest(context, request);
    trace?.span.setAttribute(ATTRIBUTE.callId, context.id);
    const end = this.begun(context);
    try {
      const response = await answerRequest(route, request, context, trace);
      trace?.span.setAttribute(ATTRIBUTE.httpStatus, response.status);
      trace?.ended();
      // A port waits by itself until what it sends has been sent. Elsewhere it is known by who reads it.
      if (server === null) return watchedResponse(response, end);
      end();
      return response;
    } catch (error) {
      end();
      return failed(path, error, context.log, trace);
    }
  }

  /** Counts a request as open; the result ends it. */
  private begun(context: HttpContext): () => void {
    this.pending += 1;
    return once(() => {
      context[Symbol.dispose]();
      this.pending -= 1;
      if (this.pending === 0) this.idle?.resolve();
    });
  }

  /** Gives the application what is no route of ours. Its answer is waited for at the end, like one of ours. */
  private async pass(app: FetchHandler, request: Request, server: Bun.Server<unknown>): Promise<Response> {
    if (this.draining) return shuttingDown();
    try {
      return await app(request, server);
    } catch (error) {
      createLogger(() => ({})).error("the fetch handler failed", { error });
      return errorResponse(error);
    }
  }

  private refuse(request: Request): Response {
    const { pathname } = new URL(request.url);
    const allowed = this.routes.filter((route) => route.pattern.test(pathname)).map((route) => route.http.method);
    if (allowed.length === 0) {
      const known = this.routes.map((route) => route.http.path);
      return errorResponse(new StatorError("not_found", `There is no ${pathname}; ${suggestion(pathname, known)}`));
    }
    const error = new StatorError(
      "invalid_argument",
      `${pathname} takes ${allowed.join(", ")}, not ${request.method}.`,
    );
    return new Response(errorResponse(error).body, {
      status: 405,
      headers: { "content-type": "application/json", allow: allowed.join(", ") },
    });
  }
}

function failed(path: string, error: unknown, log: Logger, trace: CallSpan | null): Response {
  const { code, message, remoteStack, cause, httpStatus } = toStatorError(error);
  trace?.span.setAttribute(ATTRIBUTE.httpStatus, httpStatus);
  trace?.failed(error);
  if (code === "internal") {
    const stack = remoteStack ?? (cause instanceof Error ? cause.stack : undefined);
    const say = () => log.error(`${path} failed: ${message}`, stack === undefined ? {} : { stack });
    if (trace === null) say();
    else trace.run(say);
  }
  return errorResponse(error);
}

function shuttingDown(): Response {
  return errorResponse(new StatorError("shutting_down", "The service is shutting down."), { connection: "close" });
}

function once(body: () => void): () => void {
  let called = false;
  return () => {
    if (!called) body();
    called = true;
  };
}

function openError(error: unknown, host: string, port: number): unknown {
  const code = (error as { code?: unknown } | null)?.code;
  const cause = { cause: error };
  if (code === "EADDRINUSE") {
    return new StatorError(
      "address_in_use",
      `Port ${port} on ${host} is in use; choose another with --port or DYN_HTTP_PORT.`,
      cause,
    );
  }
  if (code === "EACCES")
    return new StatorError("permission_denied", `Port ${port} on ${host} is not permitted.`, cause);
  return error;
}
