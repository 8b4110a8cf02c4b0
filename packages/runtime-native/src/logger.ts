export type LogLevel = "trace" | "debug" | "info" | "warn" | "error";

export type LogFields = Readonly<Record<string, unknown>>;

/** Writes lines to standard error, each with the fields of its call. */
export interface Logger {
  trace(message: string, fields?: LogFields): void;
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

const LEVELS: readonly LogLevel[] = ["trace", "debug", "info", "warn", "error"];

/** A logger whose lines carry `fields`. Level and form come from `DYN_LOG` (default info) and `DYN_LOGGING_JSONL`. */
export function createLogger(fields: () => LogFields): Logger {
  const write = (level: LogLevel) => (message: string, more?: LogFields) => {
    if (LEVELS.indexOf(level) < threshold()) return;
    process.stderr.write(`${line(level, message, { ...fields(), ...more })}\n`);
  };
  return {
    trace: write("trace"),
    debug: write("debug"),
    info: write("info"),
    warn: write("warn"),
    error: write("error"),
  };
}

/** `DYN_LOG` is a filter such as `warn,stator_runtime=debug`; the part without a target is for everything. */
function threshold(): number {
  const filter = process.env["DYN_LOG"] ?? "info";
  const level = filter.split(",").find((part) => !part.includes("="));
  if (level === "off") return LEVELS.length;
  const index = LEVELS.indexOf((level ?? "info").trim().toLowerCase() as LogLevel);
  return index === -1 ? LEVELS.indexOf("info") : index;
}

function line(level: LogLevel, message: string, fields: LogFields): string {
  const time = new Date().toISOString();
  const json = ["1", "true"].includes(process.env["DYN_LOGGING_JSONL"] ?? "");
  if (json) return JSON.stringify({ time, level, message, ...fields }, plain);
  const pairs = Object.entries(fields).map(([key, value]) => ` ${key}=${text(value)}`);
  return `${time} ${level.toUpperCase().padEnd(5)} ${message}${pairs.join("")}`;
}

function text(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value, plain) ?? String(value));
}

function plain(_: string, value: unknown): unknown {
  return typeof value === "bigint" ? value.toString() : value;
}
