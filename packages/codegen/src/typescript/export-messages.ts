import type { Target } from "./target.ts";

/** What the process is asked for that loads services. */
export type ExportRequest = {
  readonly targets: readonly Target[];
  /** What the document says that it came from. */
  readonly source: string;
};

/** What it answers. */
export type ExportReply =
  | { readonly kind: "document"; readonly text: string; readonly notes: readonly string[] }
  | { readonly kind: "problems"; readonly problems: readonly string[] };
