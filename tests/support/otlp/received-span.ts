import { join } from "node:path";
import protobuf from "protobufjs";

const KINDS = ["unspecified", "internal", "server", "client", "producer", "consumer"] as const;
const STATUS = ["unset", "ok", "error"] as const;

type Value = string | number | boolean;

/** A span as a receiver of OTLP reads it. */
export interface ReceivedSpan {
  /** In hex digits. */
  readonly traceId: string;
  readonly spanId: string;
  /** Empty for the first span of a trace. */
  readonly parentId: string;
  readonly name: string;
  readonly kind: (typeof KINDS)[number];
  /** `service.name` of its process. */
  readonly service: string;
  readonly resource: Readonly<Record<string, Value>>;
  readonly attributes: Readonly<Record<string, Value>>;
  readonly events: readonly {
    readonly name: string;
    readonly atNs: bigint;
    readonly attributes: Record<string, Value>;
  }[];
  /** Ids of the spans that it is linked with. */
  readonly links: readonly string[];
  readonly status: (typeof STATUS)[number];
  readonly message: string;
  readonly startNs: bigint;
  readonly endNs: bigint;
}

interface Raw {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly RawAttribute[] };
    readonly scopeSpans: readonly { readonly spans: readonly RawSpan[] }[];
  }[];
}

interface RawAttribute {
  readonly key: string;
  readonly value: Readonly<Record<string, Value>>;
}

interface RawSpan {
  readonly traceId: Uint8Array;
  readonly spanId: Uint8Array;
  readonly parentSpanId: Uint8Array;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly RawAttribute[];
  readonly events: readonly {
    readonly timeUnixNano: string;
    readonly name: string;
    readonly attributes: readonly RawAttribute[];
  }[];
  readonly links: readonly { readonly spanId: Uint8Array }[];
  readonly status: { readonly code: number; readonly message: string } | null;
}

const request = protobuf.loadSync(join(import.meta.dir, "trace.proto")).lookupType("otlp.ExportTraceServiceRequest");

/** The spans of one request of an exporter. Throws for what is no such request. */
export function readSpans(body: Uint8Array): ReceivedSpan[] {
  const raw = request.toObject(request.decode(body), { longs: String, defaults: true, arrays: true, oneofs: false });
  return (raw as Raw).resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const facts = attributesOf(resource.attributes);
    return scopeSpans.flatMap(({ spans }) => spans.map((span) => readSpan(span, facts)));
  });
}

function readSpan(raw: RawSpan, resource: Record<string, Value>): ReceivedSpan {
  return {
    traceId: raw.traceId.toHex(),
    spanId: raw.spanId.toHex(),
    parentId: raw.parentSpanId.toHex(),
    name: raw.name,
    kind: KINDS[raw.kind] ?? "unspecified",
    service: String(resource["service.name"]),
    resource,
    attributes: attributesOf(raw.attributes),
    events: raw.events.map(({ timeUnixNano, name, attributes }) => ({
      name,
      atNs: BigInt(timeUnixNano),
      attributes: attributesOf(attributes),
    })),
    links: raw.links.map((link) => link.spanId.toHex()),
    status: STATUS[raw.status?.code ?? 0] ?? "unset",
    message: raw.status?.message ?? "",
    startNs: BigInt(raw.startTimeUnixNano),
    endNs: BigInt(raw.endTimeUnixNano),
  };
}

function attributesOf(list: readonly RawAttribute[]): Record<string, Value> {
  return Object.fromEntries(
    list.map(({ key, value }) => [
      key,
      value["intValue"] === undefined ? (Object.values(value)[0] ?? "") : Number(value["intValue"]),
    ]),
  );
}
