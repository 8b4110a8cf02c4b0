import type { Document, Service, Shape, TypeDefinition, TypeRef } from "../document.ts";
import { ContractError } from "../contract-error.ts";
import { findDeclaredErrors } from "./declared-errors.ts";
import { findDeepTypes } from "./deep-types.ts";
import { findDifferingInputs } from "./differing-inputs.ts";
import { findLargeIntegers } from "./large-integers.ts";
import { kebabCase } from "./names.ts";
import { visitType, visitTypes } from "./visit-types.ts";

/** A document that was found sound, with what every output needs to know about it. */
export class Model {
  readonly document: Document;
  readonly #types: ReadonlyMap<string, TypeDefinition>;
  // Found when somebody asks: a comparison of two documents needs none of them.
  #differing: ReadonlySet<string> | null = null;
  #deep: ReadonlySet<string> | null = null;
  #large: ReadonlySet<string> | null = null;
  #errors: ReadonlySet<string> | null = null;

  constructor(document: Document) {
    this.document = document;
    this.#types = new Map(document.types.map((type) => [type.name, type]));
  }

  type(name: string): TypeDefinition {
    const type = this.#types.get(name);
    if (type === undefined) throw new ContractError([`the document refers to ${name}, which it does not define`]);
    return type;
  }

  shape(ref: TypeRef): Shape | null {
    return ref.kind === "ref" ? this.type(ref.name).shape : null;
  }

  /** Whether its accepted form is wider than its result: then there is a type `XInput`. */
  hasOwnInput(name: string): boolean {
    this.#differing ??= findDifferingInputs(this.document);
    return this.#differing.has(name);
  }

  /** Whether it can nest without end: then its reader counts the depth. */
  isDeep(name: string): boolean {
    this.#deep ??= findDeepTypes(this.document);
    return this.#deep.has(name);
  }

  /** Whether its JSON may have integers that a number cannot hold. */
  holdsLargeIntegers(name: string): boolean {
    this.#large ??= findLargeIntegers(this.document);
    return this.#large.has(name);
  }

  /** Whether an endpoint declares it as its error. */
  isDeclaredError(name: string): boolean {
    this.#errors ??= findDeclaredErrors(this.document);
    return this.#errors.has(name);
  }

  /** The names of all types that these contain, directly or through others. */
  reach(types: readonly TypeRef[]): ReadonlySet<string> {
    const found = new Set<string>();
    const note = (type: TypeRef): void => {
      if (type.kind !== "ref" || found.has(type.name)) return;
      found.add(type.name);
      visitTypes(this.type(type.name).shape, note);
    };
    for (const type of types) visitType(type, note);
    return found;
  }

  /** The file of a type, without folder. */
  typeFile(name: string): string {
    return `${kebabCase(name)}.ts`;
  }

  serviceFile(service: Service): string {
    return `${kebabCase(service.name)}.ts`;
  }
}
