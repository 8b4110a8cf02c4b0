import { type Document, hashEndpoint } from "@stator/contract";

import type { EndpointContract } from "../../src/index.ts";

const text = { kind: "string" };

/** The contract of an endpoint that takes `{ text }` with these limits and fields beside it, and gives `{ text }`. */
export function contractOf(
  limits: { readonly maxLength?: number } = {},
  more: Readonly<Record<string, object>> = {},
): EndpointContract & { readonly document: string } {
  const fields = Object.entries(more).map(([name, field]) => ({ name, ...field }));
  const types = [
    { name: "Answer", rust: "", shape: shape([{ name: "text", type: text }]) },
    { name: "Request", rust: "", shape: shape([{ name: "text", type: text, limits }, ...fields]) },
  ] as Document["types"];
  const [input, output] = [named("Request"), named("Answer")];
  const bare = { name: "ask", method: "ask", kind: "unary", input, output, idempotent: false, hash: "" } as const;
  const hash = hashEndpoint(bare, types);
  const service = { name: "Asked", namespace: "n", component: "c", endpoints: [{ ...bare, hash }], hash };
  const document: Document = { version: 1, crate: "c", hash, types, services: [service], constants: [] };
  return { hash, document: JSON.stringify(document) };
}

function shape(fields: readonly object[]): object {
  return { kind: "struct", fields, unknownKeys: "strip" };
}

function named(name: string): { readonly kind: "ref"; readonly name: string } {
  return { kind: "ref", name };
}

/** An optional field of that name: it makes another contract that fits. */
export function optional(name: string): Readonly<Record<string, object>> {
  return { [name]: { type: { kind: "option", of: text }, default: null } };
}

let number = 0;

/** A field that no other contract of this process has: verdicts are kept for the whole of it. */
export function fresh(): Readonly<Record<string, object>> {
  return optional(`fresh${++number}`);
}
