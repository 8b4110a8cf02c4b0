import { pascalCase } from "@stator/contract";
import type { Where } from "../findings.ts";

/** Where a conversion stands. */
export class Place implements Where {
  readonly path: string;
  readonly short: string;
  /** What a type is called here that has no name of its own: `GenerateInputUserItem`. */
  readonly name: string;

  constructor(path: string, name: string, short = path) {
    this.path = path;
    this.short = short;
    this.name = name;
  }

  key(key: string): Place {
    const path = /^[\w$-]+$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
    return this.#inside(path, pascalCase(key) || "Key");
  }

  item(): Place {
    return this.#inside("[]", "Item");
  }

  /** A place of a tuple, from 0. */
  index(index: number): Place {
    return this.#inside(`[${index}]`, `Item${index}`);
  }

  /** The values of all keys that have no name. */
  value(): Place {
    return this.#inside("[value]", "Value");
  }

  /** One of several forms, from 0. */
  form(index: number): Place {
    return this.#inside(` (form ${index + 1})`, `Form${index + 1}`);
  }

  /** The form of a tag. */
  variant(tag: string): Place {
    return this.#inside(` (${tag})`, pascalCase(tag));
  }

  /** The same place, where a type with a name begins. */
  named(name: string): Place {
    return name === this.name ? this : new Place(`${this.path} (${name})`, name, name);
  }

  #inside(path: string, name: string): Place {
    return new Place(`${this.path}${path}`, `${this.name}${name}`, `${this.short}${path}`);
  }
}
