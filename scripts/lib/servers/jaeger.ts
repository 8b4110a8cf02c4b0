import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "./free-port.ts";
import { jaegerBinary } from "./jaeger-binary.ts";
import { ServerProcess } from "./server-process.ts";

/** A span as Jaeger's own API gives it. */
export interface JaegerSpan {
  readonly spanID: string;
  readonly operationName: string;
  readonly references: readonly { readonly refType: string; readonly spanID: string }[];
  /** In microseconds. */
  readonly startTime: number;
  readonly duration: number;
  readonly tags: readonly { readonly key: string; readonly value: unknown }[];
  readonly processID: string;
}

export interface JaegerTrace {
  readonly traceID: string;
  readonly spans: readonly JaegerSpan[];
  readonly processes: Readonly<Record<string, { readonly serviceName: string }>>;
}

/** A Jaeger that takes OTLP and keeps traces in memory, on loopback. */
export class Jaeger implements AsyncDisposable {
  readonly process: ServerProcess;

  private constructor(
    process: ServerProcess,
    private readonly ports: Readonly<Record<"http" | "grpc" | "query" | "queryGrpc", number>>,
    private readonly folder: string,
  ) {
    this.process = process;
  }

  static async start(): Promise<Jaeger> {
    const binary = await jaegerBinary();
    const folder = mkdtempSync(join(tmpdir(), "stator-jaeger-"));
    const ports = { http: freePort(), grpc: freePort(), query: freePort(), queryGrpc: freePort() };
    const config = join(folder, "config.yaml");
    writeFileSync(config, JSON.stringify(configuration(ports)));
    const command = [binary, `--config=file:${config}`];
    const process = new ServerProcess({ name: "jaeger", command, ready: /Everything is ready/ });
    const jaeger = new Jaeger(process, ports, folder);
    try {
      await process.start();
    } catch (error) {
      await jaeger[Symbol.asyncDispose]();
      throw error;
    }
    return jaeger;
  }

  /** For `OTEL_EXPORTER_OTLP_ENDPOINT`. */
  get url(): string {
    return `http://127.0.0.1:${this.ports.http}`;
  }

  /** The same for programs that speak gRPC, such as those of the original. */
  get grpcUrl(): string {
    return `http://127.0.0.1:${this.ports.grpc}`;
  }

  /** The traces that a service takes part in. */
  async traces(service: string): Promise<readonly JaegerTrace[]> {
    const answer = await fetch(
      `http://127.0.0.1:${this.ports.query}/api/traces?service=${encodeURIComponent(service)}&limit=1000`,
    );
    if (answer.status === 404) return [];
    const { data } = (await answer.json()) as { data: readonly JaegerTrace[] | null };
    return data ?? [];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.process.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** JSON is YAML too. */
function configuration(ports: Readonly<Record<"http" | "grpc" | "query" | "queryGrpc", number>>): object {
  return {
    extensions: {
      jaeger_storage: { backends: { memory: { memory: { max_traces: 1000 } } } },
      jaeger_query: { storage: { traces: "memory" }, http: at(ports.query), grpc: at(ports.queryGrpc) },
    },
    receivers: { otlp: { protocols: { http: at(ports.http), grpc: at(ports.grpc) } } },
    exporters: { jaeger_storage_exporter: { trace_storage: "memory" } },
    service: {
      extensions: ["jaeger_storage", "jaeger_query"],
      pipelines: { traces: { receivers: ["otlp"], exporters: ["jaeger_storage_exporter"] } },
      telemetry: { metrics: { level: "none" } },
    },
  };
}

function at(port: number): object {
  return { endpoint: `127.0.0.1:${port}` };
}
