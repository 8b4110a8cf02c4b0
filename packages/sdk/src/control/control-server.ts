import { chmodSync, rmSync } from "node:fs";
import { join } from "node:path";

import { UsageError } from "../cli/usage-error.ts";
import { MOST_WORKERS } from "../configuration/service-settings.ts";
import type { Explanation } from "../configuration/explanation.ts";
import { stringifyJson } from "../schema/json-text.ts";
import type { LogBuffer, LogLine } from "../supervisor/log-buffer.ts";
import type { GraphStatus } from "./graph-status.ts";

/** What a supervisor lets others do. */
export interface Controlled {
  readonly logs: LogBuffer;
  status(): GraphStatus;
  explanations(): readonly Explanation[];
  /** Resolves when it is done. */
  scale(service: string, workers: number): Promise<void>;
  /** Null for all services. */
  restart(service: string | null): Promise<void>;
  /** The id of the service that people mean by a name. */
  serviceId(name: string): string;
}

/** Lines that a reader who is too slow is behind before it is cut off. */
const MOST_BEHIND = 10_000;

/** Answers the command line on a socket that only this user can open. */
export class ControlServer implements Disposable {
  private readonly server: Bun.Server<undefined>;

  private constructor(
    private readonly controlled: Controlled,
    readonly path: string,
  ) {
    rmSync(path, { force: true });
    this.server = Bun.serve({ unix: path, fetch: (request) => this.answer(request) });
    chmodSync(path, 0o600);
  }

  /** Opens `<pid>.sock` in the folder. */
  static open(controlled: Controlled, folder: string): ControlServer {
    return new ControlServer(controlled, join(folder, `${process.pid}.sock`));
  }

  [Symbol.dispose](): void {
    void this.server.stop(true);
    rmSync(this.path, { force: true });
  }

  private async answer(request: Request): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    try {
      switch (`${request.method} ${pathname}`) {
        case "GET /status":
          return json(this.controlled.status());
        case "GET /explanations":
          return json(this.controlled.explanations());
        case "GET /logs":
          return this.logs(request, searchParams);
        case "POST /scale": {
          const { service, workers } = (await request.json()) as { service?: unknown; workers?: unknown };
          if (typeof service !== "string" || !isWorkerCount(workers)) {
            throw new UsageError(`scale takes a service and a number of workers from 1 to ${MOST_WORKERS}.`);
          }
          // A drain may take longer than a connection is usually kept.
          this.server.timeout(request, 0);
          await this.controlled.scale(service, workers);
          return json(this.controlled.status());
        }
        case "POST /restart": {
          const { service } = (await request.json()) as { service?: unknown };
          if (typeof service !== "string" && service !== null)
            throw new UsageError("restart takes a service, or null.");
          this.server.timeout(request, 0);
          await this.controlled.restart(service);
          return json(this.controlled.status());
        }
        default:
          return json({ error: `There is no ${request.method} ${pathname}.` }, 404);
      }
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return json({ error: message }, error instanceof UsageError ? 400 : 500);
    }
  }

  private logs(request: Request, search: URLSearchParams): Response {
    const name = search.get("service");
    const service = name === null ? null : name === "stator" ? name : this.controlled.serviceId(name);
    const lines = this.controlled.logs.last(Number(search.get("lines") ?? "100"), service);
    if (search.get("follow") !== "1") return new Response(lines.map(text).join(""), NDJSON);
    this.server.timeout(request, 0);
    const { logs } = this.controlled;
    const end = new AbortController();
    const body = new ReadableStream<string>(
      {
        start(controller) {
          // Blank lines tell the reader that it is heard, and keep a quiet connection open.
          controller.enqueue("\n");
          const quiet = setInterval(() => controller.enqueue("\n"), QUIET_MS);
          for (const line of lines) controller.enqueue(text(line));
          const following = logs.follow((line) => {
            if (service !== null && line.service !== service) return;
            if ((controller.desiredSize ?? 0) > -MOST_BEHIND) return controller.enqueue(text(line));
            end.abort();
            controller.close();
          });
          end.signal.addEventListener("abort", () => {
            clearInterval(quiet);
            following[Symbol.dispose]();
          });
        },
        cancel: () => end.abort(),
      },
      { highWaterMark: 0 },
    );
    return new Response(body, NDJSON);
  }
}

/** How long a connection that is followed may have nothing to say. */
const QUIET_MS = 3_000;

const NDJSON = { headers: { "content-type": "application/x-ndjson" } };

function isWorkerCount(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= MOST_WORKERS;
}

function text(line: LogLine): string {
  return `${JSON.stringify(line)}\n`;
}

function json(value: unknown, status = 200): Response {
  return new Response(stringifyJson(value), { status, headers: { "content-type": "application/json" } });
}
