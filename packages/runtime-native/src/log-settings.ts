import type { RuntimeOptions } from "./runtime-options.ts";
import type { LogLevel } from "./logger.ts";

/** What log lines look like, and which are written. */
export interface LogSettings {
  /** Nothing below it is written; `off` for nothing at all. */
  readonly level: LogLevel | "off";
  /** Lines are JSON. */
  readonly json: boolean;
}

const LEVELS: ReadonlySet<string> = new Set(["trace", "debug", "info", "warn", "error", "off"]);

const FLAG = /^(1|true|yes|on)$/i;

/** `log` and `logJson` over `DYN_LOG` and `DYN_LOGGING_JSONL` over their defaults: `info`, and text. */
export function logSettings(options: Pick<RuntimeOptions, "log" | "logJson">): LogSettings {
  const filter = options.log ?? process.env["DYN_LOG"] ?? "";
  const json = options.logJson ?? FLAG.test((process.env["DYN_LOGGING_JSONL"] ?? "").trim());
  return { level: level(filter), json };
}

/** A filter may be `warn,stator_runtime=debug`: the part without a target is for everything. */
function level(filter: string): LogSettings["level"] {
  const general = filter
    .split(",")
    .map((part) => part.trim().toLowerCase())
    .findLast((part) => LEVELS.has(part));
  return (general ?? "info") as LogSettings["level"];
}
