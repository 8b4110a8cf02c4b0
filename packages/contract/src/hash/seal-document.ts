import type { Document, Endpoint, Service, TypeDefinition } from "../document.ts";
import { exactText } from "../exact-text.ts";
import { Hashes } from "./hashes.ts";

/** A document with its text, in the form in which contract crates print theirs. */
export type SealedDocument = { readonly document: Document; readonly text: string };

/** Fills in every hash of a document, whatever stands in their places. */
export function sealDocument(unsealed: Document): SealedDocument {
  const hashes = new Hashes(unsealed, exactText(unsealed));
  const services = unsealed.services.map((service, place) => {
    const endpoints = service.endpoints.map((each, index) => ({ ...each, hash: hashes.endpoint(place, index) }));
    return { ...service, endpoints, hash: hashes.service({ ...service, endpoints }) };
  });
  const document = { ...unsealed, services };
  const sealed = { ...document, hash: hashDocument(document) };
  return { document: sealed, text: `${exactText(sealed, 2)}\n` };
}

/** The hash of a document that was made here; what stands in its place does not count, the other hashes do. */
export function hashDocument(document: Document): string {
  return new Hashes(document, exactText(document)).document();
}

/** The hash of an endpoint that was made here. `types` has every type that it reaches; others do not count. */
export function hashEndpoint(endpoint: Endpoint, types: readonly TypeDefinition[]): string {
  const service: Service = { name: "", namespace: "", component: "", endpoints: [endpoint], hash: "" };
  const document: Document = { version: 1, crate: "", hash: "", types, services: [service], constants: [] };
  return new Hashes(document, exactText(document)).endpoint(0, 0);
}
