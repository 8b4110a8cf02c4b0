/** One line that a worker, or the supervisor itself, has printed. */
export interface LogLine {
  /** ISO 8601. */
  readonly time: string;
  /** `namespace.component`, or `stator` for the supervisor. */
  readonly service: string;
  readonly worker: number;
  readonly stream: "stdout" | "stderr";
  readonly line: string;
}

/** Lines that are kept, and their length in UTF-16 units. */
const MOST_LINES = 5_000;
const MOST_TEXT = 4 * 1024 * 1024;

/** The last lines of a graph, for those who ask later. */
export class LogBuffer {
  private readonly lines: LogLine[] = [];
  private length = 0;
  private readonly followers = new Set<(line: LogLine) => void>();

  /** Keeps each line of a text. */
  add(from: Omit<LogLine, "time" | "line">, text: string): void {
    const time = new Date().toISOString();
    for (const line of text.replace(/\n$/, "").split("\n")) {
      const kept = { time, ...from, line };
      this.lines.push(kept);
      this.length += line.length;
      for (const follower of this.followers) follower(kept);
    }
    let drop = 0;
    while (this.lines.length - drop > MOST_LINES || this.length > MOST_TEXT) {
      this.length -= this.lines[drop]?.line.length ?? 0;
      drop++;
    }
    this.lines.splice(0, drop);
  }

  /** The last lines, of one service or of all. */
  last(count: number, service: string | null): LogLine[] {
    if (count === 0) return [];
    return this.lines.filter((each) => service === null || each.service === service).slice(-count);
  }

  /** Calls `follower` with each new line until the result is disposed of. */
  follow(follower: (line: LogLine) => void): Disposable {
    this.followers.add(follower);
    return { [Symbol.dispose]: () => void this.followers.delete(follower) };
  }
}
