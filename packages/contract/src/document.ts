/**
 * The document that a contract crate prints: everything that it promises, in one JSON value.
 *
 * `crates/stator-contract/src/document.rs` writes it; these are its types here.
 */

/** The version of the document's form that this generator reads. */
export const documentVersion = 1;

export type Document = {
  readonly version: number;
  /** The Rust crate that it came from. */
  readonly crate: string;
  /** SHA-256 over the rest, in hex. */
  readonly hash: string;
  readonly types: readonly TypeDefinition[];
  readonly services: readonly Service[];
  readonly constants: readonly Constant[];
  /** What the crate's addon offers, if it is one. */
  readonly bindings?: Bindings;
};

export type TypeDefinition = {
  readonly name: string;
  /** The path in Rust, for messages. */
  readonly rust: string;
  readonly docs?: string;
  readonly shape: Shape;
  /** What ts-rs says about the same type. */
  readonly tsRs?: { readonly name: string; readonly inline: string };
};

export type Shape = ContentShape | EnumShape;

/** What a struct or a variant holds. */
export type ContentShape =
  | StructShape
  | { readonly kind: "tuple"; readonly items: readonly TypeRef[] }
  | { readonly kind: "newtype"; readonly of: TypeRef; readonly limits?: Limits }
  | { readonly kind: "unit" };

export type StructShape = {
  readonly kind: "struct";
  readonly fields: readonly Field[];
  readonly unknownKeys: UnknownKeys;
};

export type EnumShape = {
  readonly kind: "enum";
  readonly tagging: Tagging;
  readonly variants: readonly Variant[];
  readonly unknownKeys: UnknownKeys;
};

export type UnknownKeys = "strip" | "refuse";

export type Tagging =
  | { readonly kind: "external" }
  | { readonly kind: "internal"; readonly tag: string }
  | { readonly kind: "adjacent"; readonly tag: string; readonly content: string }
  | { readonly kind: "untagged" };

export type Variant = {
  readonly name: string;
  readonly docs?: string;
  readonly shape: ContentShape;
  /** Further tags that a reader takes for this variant. */
  readonly aliases?: readonly string[];
  /** Taken for every tag that a reader does not know. */
  readonly other?: boolean;
};

export type Field = {
  readonly name: string;
  readonly docs?: string;
  readonly type: TypeRef;
  readonly limits?: Limits;
  /** What a reader takes when the key is missing. Without it the key is required. */
  readonly default?: JsonValue;
  /** Whether the writer in Rust may leave the key out. */
  readonly mayBeAbsent?: boolean;
  /** Whether the keys of the type stand in place of this one. */
  readonly flatten?: boolean;
};

export type Limits = {
  /** As Rust's `len()` counts: UTF-8 bytes of text, items, entries. */
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly min?: number | bigint;
  readonly max?: number | bigint;
};

export type IntegerPolicy = "bigint" | "number" | "string";

export type TextFormat = "uuid" | "url" | "date-time" | "local-date-time" | "date" | "time";

export type TypeRef =
  | { readonly kind: "bool" | "string" | "char" | "unit" | "json" | "bytes" }
  | { readonly kind: "text"; readonly format: TextFormat }
  | { readonly kind: "int"; readonly bits: number; readonly signed: boolean; readonly policy?: IntegerPolicy }
  | { readonly kind: "float"; readonly bits: number }
  | { readonly kind: "option" | "list" | "set"; readonly of: TypeRef }
  | { readonly kind: "array"; readonly of: TypeRef; readonly length: number }
  | { readonly kind: "tuple"; readonly items: readonly TypeRef[] }
  | { readonly kind: "map"; readonly key: TypeRef; readonly value: TypeRef }
  | { readonly kind: "ref"; readonly name: string };

export type Service = {
  readonly name: string;
  readonly docs?: string;
  readonly namespace: string;
  readonly component: string;
  readonly endpoints: readonly Endpoint[];
  readonly hash: string;
};

export type Endpoint = {
  /** On the wire. */
  readonly name: string;
  /** In Rust, in snake_case. */
  readonly method: string;
  readonly docs?: string;
  readonly kind: "unary" | "server-stream" | "client-stream" | "duplex";
  readonly input: TypeRef;
  readonly output: TypeRef;
  readonly timeoutMs?: number;
  readonly idempotent: boolean;
  readonly hash: string;
};

export type Constant = {
  /** In snake_case. */
  readonly name: string;
  readonly docs?: string;
  readonly type: TypeRef;
  readonly value: JsonValue;
};

/** Everything that a native addon offers. */
export type Bindings = {
  /** Over the bindings and every type that they reach, without documentation. */
  readonly hash: string;
  readonly items: readonly Binding[];
};

export type Binding =
  | ({ readonly kind: "function" } & BoundFunction)
  | ({ readonly kind: "class" } & BoundClass)
  | ({ readonly kind: "rawFunction" } & RawFunction)
  | ({ readonly kind: "rawClass" } & RawClass);

export type BoundFunction = {
  readonly name: string;
  readonly rust: string;
  readonly docs?: string;
  /** The name of the addon's export. Of methods, its first argument is the number of the object. */
  readonly export: string;
  readonly mode: "sync" | "task" | "stream";
  readonly parameters: readonly BoundParameter[];
  /** Of streams, the item. Absent for `()`. */
  readonly result?: BoundType;
  readonly error?: BoundError;
  /** What an item of a stream may be instead of a value. */
  readonly itemError?: BoundError;
};

export type BoundClass = {
  readonly name: string;
  readonly rust: string;
  readonly docs?: string;
  /** Without one, objects come out of other functions. */
  readonly construct?: BoundFunction;
  readonly statics: readonly BoundFunction[];
  readonly methods: readonly BoundFunction[];
  readonly getters: readonly BoundFunction[];
  readonly setters: readonly BoundFunction[];
};

export type BoundParameter = { readonly name: string } & BoundType;

/** What a parameter or a result is, and the form in which it crosses. */
export type BoundType = BoundValue | BoundObject | BoundCallback;

export type BoundValue = { readonly is: "value"; readonly form: BoundForm; readonly type: TypeRef };

export type BoundObject = { readonly is: "object"; readonly class: string; readonly optional: boolean };

export type BoundCallback = {
  readonly is: "callback";
  readonly argument?: BoundType;
  readonly result?: BoundType;
};

/** The value of JavaScript that crosses. */
export type BoundForm = "boolean" | "number" | "bigint" | "text" | "bytes" | "json";

export type BoundError = { readonly is: "declared"; readonly type: TypeRef } | { readonly is: "text" };

/** An export that hand-written code calls as it is. */
export type RawFunction = {
  readonly name: string;
  readonly docs?: string;
  readonly parameters: readonly { readonly name: string; readonly type: RawType }[];
  readonly result: RawType;
};

export type RawClass = {
  readonly name: string;
  readonly docs?: string;
  readonly construct?: RawFunction;
  readonly statics: readonly RawFunction[];
  readonly methods: readonly RawFunction[];
};

export type RawType =
  | "undefined"
  | "boolean"
  | "number"
  | "bigint"
  | "string"
  | "uint8Array"
  | "uint32Array"
  | "function"
  | "unknown";

/** JSON, with integers beyond 2^53 as `bigint`. */
export type JsonValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };
