import type { StandardSchemaV1 } from "@standard-schema/spec";

import { type Choices, type ConfigMap, type ConfigNode, nodeAt, readingCount, valueOf } from "./config-tree.ts";

/** What a schema made of a section. */
export type ReadSection =
  | { readonly ok: true; readonly output: unknown; /** How each part was read. */ readonly choices: Choices }
  | { readonly ok: false; readonly issues: readonly SectionIssue[] };

export interface SectionIssue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
  /** What the issue is about; null for something that is missing. */
  readonly node: ConfigNode | null;
}

/** Checks that one section may take; each makes one more part of it text. */
const MOST_TRIES = 1000;

/**
 * Gives a section to its schema. What was written without quotes is read as what is likeliest, and where the schema
 * refuses that, in the other ways that it may be read: `007` stays text for a text, `5` becomes a bigint for a bigint.
 *
 * Returns null for a schema that checks asynchronously.
 */
export function readSection(schema: StandardSchemaV1, section: ConfigMap): ReadSection | null {
  const choices = new Map<ConfigNode, number>();
  const first = new Map<string, string>();
  for (let tries = 0; ; tries++) {
    const result = schema["~standard"].validate(valueOf(section, choices));
    if (result instanceof Promise) return null;
    if (result.issues === undefined) return { ok: true, output: result.value, choices };
    const issues = result.issues.map((issue) => ({ path: keysOf(issue), message: issue.message }));
    // The likeliest reading makes the best message: what is no number should not be called a bigint.
    for (const { path, message } of issues) if (!first.has(keyOf(path))) first.set(keyOf(path), message);
    if (tries < MOST_TRIES && issues.some(({ path }) => advance(section, path, choices))) continue;
    return {
      ok: false,
      issues: issues.map(({ path, message }) => ({
        path,
        message: first.get(keyOf(path)) ?? message,
        node: nodeAt(section, path) ?? null,
      })),
    };
  }
}

/** Reads the node at the path in the next way, or one below it; says false when all ways are used up. */
function advance(section: ConfigMap, path: readonly PropertyKey[], choices: Map<ConfigNode, number>): boolean {
  const node = nodeAt(section, path);
  return node !== undefined && advanceNode(node, choices);
}

function advanceNode(node: ConfigNode, choices: Map<ConfigNode, number>): boolean {
  const choice = choices.get(node) ?? 0;
  if (choice + 1 < readingCount(node)) {
    choices.set(node, choice + 1);
    return true;
  }
  if (node.kind === "leaf" || choice > 0) return false;
  // The issue of a union stands at the object that it is about.
  const below = node.kind === "list" ? node.items : [...node.entries.values()];
  return below.some((each) => advanceNode(each, choices));
}

function keysOf(issue: StandardSchemaV1.Issue): PropertyKey[] {
  return (issue.path ?? []).map((segment) => (typeof segment === "object" ? segment.key : segment));
}

function keyOf(path: readonly PropertyKey[]): string {
  return JSON.stringify(path.map(String));
}
