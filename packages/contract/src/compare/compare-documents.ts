import type { Document, Endpoint, Service, TypeRef } from "../document.ts";
import { messagesOf } from "../model/messages-of.ts";
import { Model } from "../model/model.ts";
import { boundTypes, compareBindings } from "./compare-bindings.ts";
import { errorName, messageBreaks } from "./message-breaks.ts";
import { statusChanges } from "./status-changes.ts";
import { findMisfits } from "./find-misfits.ts";

/** Who cannot work together any more. */
export type Break =
  | "old callers and new services"
  | "new callers and old services"
  | "old readers and new writers"
  | "new readers and old writers"
  | "old HTTP clients and new services"
  | "code that calls the binding";

/** One difference between two documents. */
export type Change = {
  /** `Backend.generate`, `Backend` or the name of a type that no service reaches. */
  readonly place: string;
  /** A sentence, with the path inside of the message. */
  readonly text: string;
  /** Null when both sides of any age still understand each other. */
  readonly breaks: Break | null;
};

/** What changed from one document to a newer one of the same crate, breaking changes first. */
export function compareDocuments(before: Document, after: Document): Change[] {
  const [old, now] = [new Model(before), new Model(after)];
  const comparison = new Comparison(old, now);
  comparison.services();
  comparison.types();
  comparison.constants();
  const changes = [...comparison.changes, ...compareBindings(old, now)];
  return changes.toSorted((a, b) => Number(a.breaks === null) - Number(b.breaks === null));
}

const OLD_CALLERS = "old callers and new services";
const NEW_CALLERS = "new callers and old services";

class Comparison {
  readonly changes: Change[] = [];
  readonly #before: Model;
  readonly #after: Model;

  constructor(before: Model, after: Model) {
    this.#before = before;
    this.#after = after;
  }

  services(): void {
    const { left, right, both } = pair(this.#before.document.services, this.#after.document.services);
    for (const { name } of left) this.#add(name, "the service is gone", OLD_CALLERS);
    for (const { name } of right) this.#add(name, "the service is new", null);
    for (const [before, after] of both) this.#service(before, after);
  }

  #service(before: Service, after: Service): void {
    const [from, to] = [before, after].map((service) => `${service.namespace}.${service.component}`);
    if (from !== to) {
      this.#add(before.name, `the address changed from ${from} to ${to}`, OLD_CALLERS);
      this.#add(before.name, `the address changed from ${from} to ${to}`, NEW_CALLERS);
    }
    const { left, right, both } = pair(before.endpoints, after.endpoints);
    for (const { name } of left) this.#add(`${before.name}.${name}`, "the endpoint is gone", OLD_CALLERS);
    for (const { name } of right)
      this.#add(`${before.name}.${name}`, "the endpoint is new: old services lack it", null);
    for (const [old, now] of both) this.#endpoint(`${before.name}.${old.name}`, old, now);
  }

  #endpoint(place: string, before: Endpoint, after: Endpoint): void {
    this.#route(place, before, after);
    if (before.hash === after.hash) return;
    const known = this.changes.length;
    if (before.kind !== after.kind) {
      const text = `its kind changed from ${before.kind} to ${after.kind}`;
      this.#add(place, text, OLD_CALLERS);
      this.#add(place, text, NEW_CALLERS);
    }
    const old = { model: this.#before, endpoint: before };
    const now = { model: this.#after, endpoint: after };
    for (const text of messageBreaks(old, now)) this.#add(place, text, OLD_CALLERS);
    for (const text of messageBreaks(now, old)) this.#add(place, text, NEW_CALLERS);
    this.#error(place, before, after);
    if (before.idempotent !== after.idempotent) {
      const text = after.idempotent
        ? "it may be repeated now"
        : "it must not be repeated any more, and old callers may";
      this.#add(place, text, after.idempotent ? null : OLD_CALLERS);
    }
    if (before.timeoutMs !== after.timeoutMs) {
      const [from, to] = [before, after].map(({ timeoutMs }) => (timeoutMs === undefined ? "none" : `${timeoutMs} ms`));
      this.#add(place, `its time limit changed from ${from} to ${to}`, null);
    }
    if (this.changes.length === known) this.#add(place, "it changed, and both sides understand each other", null);
  }

  /** Whoever does not know a declared error sees one with the code `declared`, as with any code that is new to it. */
  #error(place: string, before: Endpoint, after: Endpoint): void {
    const [from, to] = [before, after].map(errorName);
    if (before.error === undefined || after.error === undefined) {
      if (to !== null) this.#add(place, `it declares the error ${to} now`, null);
      if (from !== null) this.#add(place, `it declares the error ${from} no longer`, null);
      return;
    }
    if (from !== to) {
      // Callers tell errors apart by these names.
      this.#add(place, `its error was called ${from} and is called ${to}`, OLD_CALLERS);
      this.#add(place, `its error was called ${from} and is called ${to}`, NEW_CALLERS);
      return;
    }
    for (const text of statusChanges(this.#before, before.error, this.#after, after.error)) {
      this.#add(place, text, null);
    }
  }

  #route(place: string, before: Endpoint, after: Endpoint): void {
    const [from, to] = [before, after].map(({ http }) => (http === undefined ? null : `${http.method} ${http.path}`));
    if (from === to) return;
    if (from === null) this.#add(place, `HTTP reaches it as ${to} now`, null);
    else {
      const text = to === null ? `HTTP reached it as ${from}, and does not any more` : `${from} of HTTP is now ${to}`;
      this.#add(place, text, "old HTTP clients and new services");
    }
  }

  /** Types on their own are compared by name; those of services are compared where they are used. */
  types(): void {
    const { left, right, both } = pair(this.#unused(this.#before), this.#unused(this.#after));
    for (const { name } of left) this.#add(name, "the type is gone, or reached by a service now", null);
    for (const { name } of right) this.#add(name, "the type is new", null);
    for (const [{ name }] of both) {
      const type: TypeRef = { kind: "ref", name };
      this.#value(name, type, this.#before, this.#after, "new readers and old writers");
      this.#value(name, type, this.#after, this.#before, "old readers and new writers");
    }
  }

  #value(place: string, type: TypeRef, writer: Model, reader: Model, breaks: Break): void {
    for (const { path, reason } of findMisfits(writer, type, reader, type)) {
      this.#add(place, `value${path === "" ? "" : ` ${path}`}: ${reason}`, breaks);
    }
  }

  #unused(model: Model): Document["types"] {
    const { services, types } = model.document;
    const roots = services.flatMap(({ endpoints }) => endpoints.flatMap(messagesOf));
    const used = model.reach([...roots, ...boundTypes(model)]);
    return types.filter(({ name }) => !used.has(name));
  }

  constants(): void {
    const { left, right, both } = pair(this.#before.document.constants, this.#after.document.constants);
    for (const { name } of left) this.#add(name, "the constant is gone", null);
    for (const { name } of right) this.#add(name, "the constant is new", null);
    for (const [before, after] of both) {
      if (!Bun.deepEquals(before.value, after.value)) this.#add(before.name, "the value of the constant changed", null);
    }
  }

  #add(place: string, text: string, breaks: Break | null): void {
    this.changes.push({ place, text, breaks });
  }
}

function pair<Item extends { readonly name: string }>(
  before: readonly Item[],
  after: readonly Item[],
): { left: Item[]; right: Item[]; both: [Item, Item][] } {
  const old = new Map(before.map((item) => [item.name, item]));
  const now = new Map(after.map((item) => [item.name, item]));
  return {
    left: before.filter((item) => !now.has(item.name)),
    right: after.filter((item) => !old.has(item.name)),
    both: before.flatMap((item): [Item, Item][] => {
      const match = now.get(item.name);
      return match === undefined ? [] : [[item, match]];
    }),
  };
}
