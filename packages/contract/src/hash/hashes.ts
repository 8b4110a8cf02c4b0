import { createHash } from "node:crypto";
import type { Document, Endpoint, Service, TypeRef } from "../document.ts";
import { messagesOf } from "../model/messages-of.ts";
import { Model } from "../model/model.ts";
import { bareShape } from "./bare-shape.ts";
import { changeRaw, parseRaw, printRaw, rawItems, type RawJson, rawMember } from "./raw-json.ts";

/**
 * The hashes of a document, as `crates/stator-contract/src/hash.rs` computes them. They are over text, so a document
 * that was read from text is hashed from that text; one that was made here is hashed as `JSON.stringify` writes it.
 */
export class Hashes {
  readonly #document: Document;
  readonly #raw: RawJson;
  readonly #model: Model;
  readonly #shapes: ReadonlyMap<string, RawJson>;

  constructor(document: Document, text: string) {
    this.#document = document;
    this.#raw = parseRaw(text);
    this.#model = new Model(document);
    const shapes = rawItems(this.#raw, "types").map((type) => bareShape(rawMember(type, "shape") ?? NULL));
    this.#shapes = new Map(document.types.map(({ name }, index) => [name, shapes[index] ?? NULL]));
  }

  /** Over everything but this hash itself. */
  document(): string {
    return sha256(printRaw(changeRaw(this.#raw, { hash: () => EMPTY })));
  }

  /** Over the address of a service and the hashes of its endpoints. */
  service(service: Service): string {
    const endpoints = service.endpoints.map(({ name, hash }) => [name, hash]);
    return sha256(JSON.stringify([service.namespace, service.component, endpoints]));
  }

  /** Over an endpoint and all types that it reaches, without documentation. */
  endpoint(service: number, endpoint: number): string {
    const described = (this.#document.services[service] as Service).endpoints[endpoint] as Endpoint;
    const raw = rawItems(rawItems(this.#raw, "services")[service] as RawJson, "endpoints")[endpoint] as RawJson;
    const part = (key: string): string => printRaw(rawMember(raw, key) ?? NULL);
    const reached = [...this.#model.reach(messagesOf(described))]
      .toSorted()
      .map((name) => `[${JSON.stringify(name)},${printRaw(this.#shapes.get(name) ?? NULL)}]`);
    const parts = ["name", "kind", "input", "output", "timeoutMs", "idempotent"].map(part);
    const facts = `[${[...parts, `[${reached.join(",")}]`].join(",")}]`;
    return sha256(
      described.error === undefined ? facts : `[${facts},${part("error")},${this.#status(described.error)}]`,
    );
  }

  /** The HTTP status of a whole error; those of variants are part of its shape. */
  #status(error: TypeRef): string {
    return String((error.kind === "ref" ? this.#model.type(error.name).status : null) ?? null);
  }
}

const NULL: RawJson = { kind: "token", text: "null" };
const EMPTY: RawJson = { kind: "token", text: '""' };

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
