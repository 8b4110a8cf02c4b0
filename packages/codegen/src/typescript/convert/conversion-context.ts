import type { Limits, Shape, TypeRef } from "@stator/contract";
import type { Findings } from "../findings.ts";
import type { JsonSchemaNode } from "../schema/json-schema-node.ts";
import type { Place } from "./place.ts";
import type { References } from "./references.ts";
import type { TypeRegistry } from "./type-registry.ts";

/** A type where it is used. */
export type Use = { readonly type: TypeRef; readonly limits?: Limits };

/** What a schema became: a type that is written out where it is used, or a shape that needs a name. */
export type Made =
  | { readonly kind: "use"; readonly use: Use }
  /** `nullable`: `null` fits too. */
  | { readonly kind: "shape"; readonly shape: Shape; readonly nullable: boolean };

/** What the parts of a conversion need of the whole. */
export interface Conversion {
  readonly findings: Findings;
  readonly registry: TypeRegistry;
  readonly references: References;
  make(node: JsonSchemaNode, place: Place): Made;
  /** The type of a schema where it is used. */
  use(node: JsonSchemaNode, place: Place): Use;
  /** The same where limits have no place, as inside of a list: they get a type with a name. */
  wrapped(node: JsonSchemaNode, place: Place): TypeRef;
  /** A shape becomes a type with a name. */
  nameIfNeeded(made: Made, node: JsonSchemaNode, place: Place): Use;
  /** Notes why there is no type, and gives any JSON in its place. */
  problem(place: Place, sentence: string): Made;
  /** Runs when all types are known. */
  later(check: () => void): void;
}
