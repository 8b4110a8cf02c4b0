import { logTrace } from "./log-trace.ts";
import { type LogSettings, logSettings } from "./log-settings.ts";

/** How much a line matters; lines below the level of `DYN_LOG` are not written. */
export type LogLevel = "trace" | "debug" | "info" | "warn" | "error";

/** What a line says beside its message; any values, shown as JSON where they can be. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Writes lines to standard error, each with the fields of its call. Never throws, whatever the fields are. */
export interface Logger {
  /** For following every step. */
  trace(message: string, fields?: LogFields): void;
  /** For those who look for a fault. */
  debug(message: string, fields?: LogFields): void;
  /** What happens in the course of things. */
  info(message: string, fields?: LogFields): void;
  /** What should be looked at, though it works. */
  warn(message: string, fields?: LogFields): void;
  /** What did not work. */
  error(message: string, fields?: LogFields): void;
}

const LEVELS: readonly string[] = ["trace", "debug", "info", "warn", "error", "off"];

/**
 * A logger whose lines carry `fields`, and the ids of the trace. Default settings: those of the environment when a line is
 * written. `metadata` is that of the call, if there is one: it may name the trace.
 */
export function createLogger(
  fields: () => LogFields,
  settings?: LogSettings,
  metadata?: () => Readonly<Record<string, string>>,
): Logger {
  const write = (level: LogLevel) => (message: string, more?: LogFields) => {
    const { level: least, json } = settings ?? logSettings({});
    if (LEVELS.indexOf(level) < LEVELS.indexOf(least)) return;
    process.stderr.write(
      `${formatted(json, level, message, { ...fields(), ...logTrace(metadata?.() ?? null), ...more })}\n`,
    );
  };
  return {
    trace: write("trace"),
    debug: write("debug"),
    info: write("info"),
    warn: write("warn"),
    error: write("error"),
  };
}

function formatted(json: boolean, level: LogLevel, message: string, fields: LogFields): string {
  const write = json ? jsonLine : textLine;
  try {
    return write(level, message, fields);
  } catch {
    // Looking at a field threw.
    return write(level, message, { fields: "(cannot be shown)" });
  }
}

function jsonLine(level: LogLevel, message: string, fields: LogFields): string {
  const head = { time: new Date().toISOString(), level, message };
  const shown = Object.entries(fields)
    .filter(([key]) => !Object.hasOwn(head, key))
    .map(([key, value]) => `,${JSON.stringify(key)}:${asJson(value)}`);
  return `${JSON.stringify(head).slice(0, -1)}${shown.join("")}}`;
}

function textLine(level: LogLevel, message: string, fields: LogFields): string {
  let line = `${new Date().toISOString()} ${level.toUpperCase().padEnd(5)} ${oneLine(message)}`;
  let stacks = "";
  for (const [key, value] of Object.entries(fields)) {
    if (value instanceof Error) {
      line += ` ${key}=${oneLine(`${value.name}: ${value.message}`)}`;
      stacks += indented(value.stack);
    } else if (key === "stack") {
      stacks += indented(value);
    } else {
      line += ` ${key}=${typeof value === "string" ? oneLine(value) : asJson(value)}`;
    }
  }
  return line + stacks;
}

/** A line stays one line: text that comes from outside cannot pretend to be another. */
function oneLine(text: string): string {
  return text.replaceAll("\n", "\\n").replaceAll("\r", "\\r");
}

/** A stack stands below its line, set off so that it cannot pretend to be one either. */
function indented(stack: unknown): string {
  if (typeof stack !== "string") return "";
  return stack
    .split(/[\r\n]+/)
    .map((line) => `\n    ${line.trim()}`)
    .join("");
}

function asJson(value: unknown): string {
  try {
    return JSON.stringify(value, plain) ?? JSON.stringify(String(value));
  } catch {
    return '"(cannot be shown)"';
  }
}

function plain(_: string, value: unknown): unknown {
  if (typeof value === "bigint") return value.toString();
  if (value instanceof Error) return value.stack ?? `${value.name}: ${value.message}`;
  return value;
}
