export { callerBreaks } from "./compare/caller-breaks.ts";
export { type Break, type Change, compareDocuments } from "./compare/compare-documents.ts";
export { findMisfits } from "./compare/find-misfits.ts";
export type { ContractSide } from "./compare/message-breaks.ts";
export type { Misfit } from "./compare/misfit.ts";
export { type ContractText, type Judgement, judgeContracts } from "./compare/judge-contracts.ts";
export { printChanges } from "./compare/print-changes.ts";
export { ContractError } from "./contract-error.ts";
export {
  type Binding,
  type Bindings,
  type BoundCallback,
  type BoundClass,
  type BoundError,
  type BoundForm,
  type BoundFunction,
  type BoundObject,
  type BoundParameter,
  type BoundType,
  type BoundValue,
  type Constant,
  type ContentShape,
  type Document,
  documentVersion,
  type Endpoint,
  type EnumShape,
  type Field,
  type HttpRoute,
  type IntegerPolicy,
  type JsonValue,
  type Limits,
  type RawClass,
  type RawFunction,
  type RawType,
  type Service,
  type Shape,
  type StructShape,
  type Tagging,
  type TextFormat,
  type TypeDefinition,
  type TypeRef,
  type UnknownKeys,
  type Variant,
} from "./document.ts";
export { exactText } from "./exact-text.ts";
export { hashDocument, hashEndpoint, sealDocument, type SealedDocument } from "./hash/seal-document.ts";
export { integerRange } from "./integer-range.ts";
export { findDifferingInputs } from "./model/differing-inputs.ts";
export { isTextEnum, isUnchanged } from "./model/is-unchanged.ts";
export { mayLackContent } from "./model/may-lack-content.ts";
export { messagesOf } from "./model/messages-of.ts";
export { Model } from "./model/model.ts";
export { camelCase, isIdentifier, kebabCase, pascalCase } from "./model/names.ts";
export { resolveFields } from "./model/resolve-fields.ts";
export { referredNames, visitType, visitTypes } from "./model/visit-types.ts";
export { parseDocument } from "./parse-document.ts";
export { reduceDocument } from "./reduce-document.ts";
