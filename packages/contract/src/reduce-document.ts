import { createHash } from "node:crypto";
import type { Document, Service } from "./document.ts";
import { bareShape } from "./hash/bare-shape.ts";
import { changeRaw, eachRaw, parseRaw, printRaw, type RawJson, rawMember } from "./hash/raw-json.ts";
import { messagesOf } from "./model/messages-of.ts";
import { Model } from "./model/model.ts";

/**
 * What is left of a document when only one of its services matters, and only what counts on the wire: enough to compare
 * the service with another version of itself. Text on one line; `text` is what the document was read from, and what is
 * kept of it is kept exactly, because hashes are over text.
 */
export function reduceDocument(document: Document, text: string, service: Service): string {
  const used = new Model(document).reach(service.endpoints.flatMap(messagesOf));
  const reduced = changeRaw(parseRaw(text), {
    hash: () => token(""),
    types: eachRaw((type) => (used.has(nameOf(type)) ? reduceType(type) : null)),
    services: eachRaw((each) => (nameOf(each) === service.name ? reduceService(each) : null)),
    constants: () => ({ kind: "list", items: [] }),
    bindings: null,
  });
  const hash = createHash("sha256").update(printRaw(reduced)).digest("hex");
  return printRaw(changeRaw(reduced, { hash: () => token(hash) }));
}

function reduceType(type: RawJson): RawJson {
  return changeRaw(type, { docs: null, tsRs: null, rust: () => token(""), shape: bareShape });
}

function reduceService(service: RawJson): RawJson {
  const endpoints = eachRaw((endpoint) => changeRaw(endpoint, { docs: null }));
  return changeRaw(service, { docs: null, endpoints });
}

function nameOf(part: RawJson): string {
  const name = rawMember(part, "name");
  return name?.kind === "token" ? (JSON.parse(name.text) as string) : "";
}

function token(text: string): RawJson {
  return { kind: "token", text: JSON.stringify(text) };
}
