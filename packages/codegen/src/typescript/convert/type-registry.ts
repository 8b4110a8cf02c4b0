import { exactText, type Shape, type TypeDefinition } from "@stator/contract";
import type { Findings } from "../findings.ts";

/** The types of the document that is being made, by name. */
export class TypeRegistry {
  readonly #findings: Findings;
  readonly #types = new Map<string, TypeDefinition>();

  constructor(findings: Findings) {
    this.#findings = findings;
  }

  /** Adds a type. One that is there already has to be the same. */
  add(definition: TypeDefinition): void {
    const other = this.#types.get(definition.name);
    if (other === undefined) this.#types.set(definition.name, definition);
    else if (exactText([other.shape, other.status]) !== exactText([definition.shape, definition.status])) {
      this.#findings.problem(
        definition.rust,
        `its type is called ${definition.name}, and so is another one: ${other.rust}. ` +
          "Give one of them another name: .meta({ id }) of zod, v.title() of valibot, .configure({ title }) of ArkType",
      );
    }
  }

  shape(name: string): Shape | null {
    return this.#types.get(name)?.shape ?? null;
  }

  /** By name, as contract crates have them. */
  all(): TypeDefinition[] {
    return [...this.#types.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }
}
