import { isSpanContextValid, propagation, ROOT_CONTEXT, SpanKind, type TextMapGetter, trace } from "@opentelemetry/api";

import { ATTRIBUTE } from "./attribute.ts";
import { CallSpan } from "./call-span.ts";
import { tracer } from "./tracer.ts";

/** What the span of an HTTP request says of its route. */
export interface RouteTraceFacts {
  readonly method: string;
  /** As it is declared, with the names of its parameters. */
  readonly route: string;
  /** `namespace.component.endpoint` */
  readonly path: string;
  readonly isStream: boolean;
}

const HEADERS: TextMapGetter<Headers> = {
  get: (headers, name) => headers.get(name) ?? undefined,
  keys: (headers) => [...headers.keys()],
};

/** The span of an HTTP request, below that of its client; null if nobody has registered an OpenTelemetry SDK. */
export function startRequestSpan(request: Request, facts: RouteTraceFacts): CallSpan | null {
  const active = tracer();
  if (active === null) return null;
  const { method, route, path, isStream } = facts;
  const client = propagation.extract(ROOT_CONTEXT, request.headers, HEADERS);
  // Not every host that a client names makes an address.
  const url = URL.parse(request.url);
  const agent = request.headers.get("user-agent");
  const attributes = {
    [ATTRIBUTE.httpMethod]: method,
    [ATTRIBUTE.httpRoute]: route,
    ...(url === null ? {} : { [ATTRIBUTE.urlPath]: url.pathname, [ATTRIBUTE.urlScheme]: url.protocol.slice(0, -1) }),
    [ATTRIBUTE.rpcMethod]: path,
    ...(agent === null ? {} : { [ATTRIBUTE.userAgent]: agent }),
  };
  const span = active.startSpan(`${method} ${route}`, { kind: SpanKind.SERVER, attributes }, client);
  if (!isSpanContextValid(span.spanContext())) return null;
  return new CallSpan(span, trace.setSpan(client, span), "server", isStream);
}
