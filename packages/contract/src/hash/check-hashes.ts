import type { Document } from "../document.ts";
import { Hashes } from "./hashes.ts";

/**
 * Says where a document is not what its hashes stand for: somebody changed it after it was generated. `text` is what it
 * was read from.
 */
export function checkHashes(document: Document, text: string): string[] {
  const hashes = new Hashes(document, text);
  const wrong = document.services.flatMap((service, place) => {
    const endpoints = service.endpoints
      .filter((endpoint, index) => endpoint.hash !== hashes.endpoint(place, index))
      .map(({ name }) => `the endpoint ${service.name}.${name}`);
    return service.hash === hashes.service(service) ? endpoints : [...endpoints, `the service ${service.name}`];
  });
  if (wrong.length > 0) return wrong;
  return document.hash === hashes.document() ? [] : ["the document"];
}
