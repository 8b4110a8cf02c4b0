import type { GraphStatus } from "../control/graph-status.ts";
import { suggestion } from "../definition/nearest-name.ts";
import { graphMetrics, serviceReport } from "./graph-probes.ts";

/**
 * Health and metrics of a whole graph on one port, as the system server of a runtime has those of one process: its workers
 * have one each, on a port that nobody has to know.
 */
export class GraphSystemServer {
  private readonly server: Bun.Server<undefined>;

  /** Throws when the port cannot be had. */
  constructor(
    host: string,
    port: number,
    private readonly status: () => GraphStatus,
  ) {
    try {
      this.server = Bun.serve({ hostname: host, port, fetch: (request) => this.answer(request) });
    } catch (error) {
      const why = (error as { code?: unknown }).code === "EADDRINUSE" ? "is in use" : "cannot be opened";
      throw new Error(`Port ${port} on ${host} ${why}; choose another with --system-port.`, { cause: error });
    }
  }

  get url(): string {
    return this.server.url.origin;
  }

  close(): void {
    void this.server.stop(true);
  }

  private async answer(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    if (request.method !== "GET" && request.method !== "HEAD") {
      return Response.json({ error: "Method not allowed" }, { status: 405, headers: { allow: "GET, HEAD" } });
    }
    if (pathname === "/metrics") {
      const headers = { "content-type": "text/plain; version=0.0.4" };
      return new Response(await graphMetrics(this.status()), { headers });
    }
    // Workers that hang are replaced from here; whoever answers is alive.
    if (pathname === "/live") return Response.json({ status: "ready" });
    if (pathname === "/health" || pathname.startsWith("/health/"))
      return this.health(pathname.slice("/health/".length));
    const message = "There are /metrics, /live, /health and /health/<namespace>.<component>.";
    return Response.json({ error: "Route not found", message }, { status: 404 });
  }

  /** Of one service, or of all for the empty id. */
  private async health(id: string): Promise<Response> {
    const { state, services } = this.status();
    const asked = services.filter((service) => id === "" || service.id === id);
    if (id !== "" && asked.length === 0) {
      const known = services.map((service) => service.id);
      return Response.json({ error: "Unknown service", message: suggestion(id, known) }, { status: 404 });
    }
    const reports = await Promise.all(asked.map(async (each) => [each.id, await serviceReport(each)] as const));
    const isReady = state === "running" && reports.every(([, { status }]) => status === "ready");
    const body = { status: isReady ? "ready" : "notready", state, services: Object.fromEntries(reports) };
    return Response.json(body, { status: isReady ? 200 : 503 });
  }
}
