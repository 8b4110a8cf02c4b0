/** Settings of a runtime: options over environment over defaults. */
export interface RuntimeOptions {
  readonly discovery?: "file" | "memory" | undefined;
  readonly filePath?: string | undefined;
  readonly requestPlane?: "tcp" | "memory" | undefined;
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  readonly maxMessageBytes?: number | undefined;
  readonly connectTimeoutMs?: number | undefined;
  readonly streamWindowBytes?: number | undefined;
  readonly maxConcurrentCalls?: number | undefined;
  readonly unreadTimeoutMs?: number | undefined;
  readonly keepAliveMs?: number | undefined;
  readonly shutdownTimeoutMs?: number | undefined;
  readonly gracePeriodMs?: number | undefined;
  readonly workerThreads?: number | undefined;
  readonly systemHost?: string | undefined;
  readonly systemPort?: number | undefined;
  readonly startingHealthStatus?: "ready" | "notready" | undefined;
  readonly log?: string | undefined;
  readonly logJson?: boolean | undefined;
}
