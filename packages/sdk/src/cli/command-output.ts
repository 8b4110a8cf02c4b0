import { writeSync } from "node:fs";

import { stringifyJson } from "../schema/json-text.ts";

/**
 * Writes all of it to standard output before it returns: what a stream still holds when the process exits is lost, and a
 * pipe takes 64 KiB at a time. A reader that has gone is no error.
 */
export function print(text: string): void {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length;) {
    try {
      at += writeSync(process.stdout.fd, bytes, at);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "EPIPE") return;
      if (code !== "EAGAIN") throw error;
      Bun.sleepSync(1);
    }
  }
}

/** A value as JSON, for programs. */
export function printJson(value: unknown): void {
  print(`${stringifyJson(value)}\n`);
}

/** Lines for people. */
export function printLines(lines: readonly string[]): void {
  print(lines.map((line) => `${line}\n`).join(""));
}

/** Columns as wide as their widest cell. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, at) => (widths[at] = Math.max(widths[at] ?? 0, cell.length)));
  return rows.map((row) =>
    row
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}
