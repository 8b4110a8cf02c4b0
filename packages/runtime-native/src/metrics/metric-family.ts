import { StatorError } from "../stator-error.ts";
import { Row } from "./row.ts";

export type MetricKind = "counter" | "gauge" | "histogram";

/** Rows that one metric keeps; labels with endless values would eat the memory. */
const MOST_ROWS = 1000;

/** All rows of one name. */
export class MetricFamily {
  private readonly rows = new Map<string, Row>();
  /** Counts what has no place any more; nobody sees it. */
  private overflow: Row | null = null;

  constructor(
    readonly name: string,
    readonly kind: MetricKind,
    private readonly help: string,
    private readonly buckets: readonly number[],
  ) {}

  /** The row with these labels. `full` hears once that there is no room for more. */
  row(labels: Readonly<Record<string, string>>, full: () => void): Row {
    const text = labelText(this.name, labels, this.kind);
    const known = this.rows.get(text);
    if (known !== undefined) return known;
    if (this.rows.size >= MOST_ROWS) {
      if (this.overflow === null) full();
      this.overflow ??= new Row("", this.buckets);
      return this.overflow;
    }
    const row = new Row(text, this.buckets);
    this.rows.set(text, row);
    return row;
  }

  /** The lines of Prometheus' text format. `shared`: labels of every row. */
  render(shared: string): string {
    const lines = [`# HELP ${this.name} ${this.help.replaceAll("\\", "\\\\").replaceAll("\n", "\\n")}`];
    lines.push(`# TYPE ${this.name} ${this.kind}`);
    for (const row of this.rows.values()) lines.push(...row.render(this.name, this.kind, shared));
    return `${lines.join("\n")}\n`;
  }
}

function labelText(name: string, labels: Readonly<Record<string, string>>, kind: MetricKind): string {
  const names = Object.keys(labels).toSorted();
  return names
    .map((label) => {
      const value: unknown = labels[label];
      if (!/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(label) || label.startsWith("__")) {
        throw new StatorError("invalid_argument", `${name}: ${JSON.stringify(label)} is not the name of a label`);
      }
      if (label === "worker_id" || (label === "le" && kind === "histogram")) {
        throw new StatorError("invalid_argument", `${name}: the label ${label} is set by the runtime; use another one`);
      }
      if (typeof value !== "string") {
        throw new StatorError(
          "invalid_argument",
          `${name}: the label ${label} is a ${typeof value}; it must be a string`,
        );
      }
      return `${label}="${value.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll('"', '\\"')}"`;
    })
    .join(",");
}
