import type { Logger } from "@stator/runtime-native";

const LEVELS = ["trace", "debug", "info", "warn", "error"] as const;

/** Log lines on standard error, of a service rather than of a call: `WARN hello.frontend: text key=value`. */
export function serviceLogger(service: string): Logger {
  const write =
    (level: string) =>
    (message: string, fields: Record<string, unknown> = {}) => {
      const rest = Object.entries(fields).map(
        ([name, value]) => ` ${name}=${typeof value === "string" ? value : Bun.inspect(value)}`,
      );
      process.stderr.write(`${level.toUpperCase().padStart(5)} ${service}: ${message}${rest.join("")}\n`);
    };
  return Object.fromEntries(LEVELS.map((level) => [level, write(level)])) as unknown as Logger;
}
