import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { ConsoleSpanExporter, type SpanExporter } from "@opentelemetry/sdk-trace";

import type { EnvironmentReader } from "./environment-reader.ts";

/** Where spans go. */
export interface Destination {
  /** One that gives a batch up after so many milliseconds; null for what the environment says. */
  readonly open: (timeoutMs: number | null) => SpanExporter;
  /** For messages. */
  readonly name: string;
}

/** The port of OTLP over gRPC, which many endpoints name that are meant for others. */
const GRPC_PORT = "4317";

/**
 * What `OTEL_TRACES_EXPORTER` names: `otlp`, the default, or `console`. The OTLP exporter reads the rest of its variables itself:
 * headers, compression, certificates, time. Null, with a warning, for what we cannot speak.
 */
export function readDestination(environment: EnvironmentReader): Destination | null {
  const kind = environment.choice("OTEL_TRACES_EXPORTER", ["otlp", "console"]);
  if (kind === "console") return { open: () => new ConsoleSpanExporter(), name: "the console" };
  const protocol = environment.text("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL");
  if (protocol !== null && protocol !== "http/protobuf") {
    environment.warn(
      `Traces are not sent: the protocol ${JSON.stringify(protocol)} is asked for, and only http/protobuf is spoken. Set ` +
        "OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf and the endpoint of OTLP over HTTP, usually on port 4318.",
    );
    return null;
  }
  const url = urlOf(environment);
  if (url === null) return null;
  const open = (timeoutMillis: number | null): SpanExporter =>
    new OTLPTraceExporter({ url: url.href, ...(timeoutMillis === null ? {} : { timeoutMillis }) });
  return { open, name: nameOf(url) };
}

function urlOf(environment: EnvironmentReader): URL | null {
  const own = environment.text("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT");
  const base = environment.text("OTEL_EXPORTER_OTLP_ENDPOINT") ?? "http://localhost:4318";
  const text = own ?? `${base.replace(/\/$/, "")}/v1/traces`;
  const url = URL.parse(text);
  if (url !== null && /^https?:$/.test(url.protocol)) return url;
  const name = own === null ? "OTEL_EXPORTER_OTLP_ENDPOINT" : "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT";
  environment.warn(`Traces are not sent: ${name} is ${JSON.stringify(own ?? base)}, which is no http or https URL.`);
  return null;
}

/** A password in the URL is nobody's business. */
function nameOf({ protocol, host, pathname, port }: URL): string {
  const hint = port === GRPC_PORT ? " (4317 is the port of gRPC; OTLP over HTTP is usually on 4318)" : "";
  return `${protocol}//${host}${pathname}${hint}`;
}
