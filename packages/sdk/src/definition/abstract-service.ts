import { METADATA } from "./members.ts";

/** A class that services extend. */
export type AbstractServiceClass<T extends object = object> = abstract new () => T;

// Registered, so that two copies of this package in one process still understand each other.
const ABSTRACT = Symbol.for("@stator/sdk/abstract");

/**
 * Marks an abstract class whose subclasses are services: `depends(Engine)` is then a place that `graph(...).link(...)` fills
 * with one of them.
 */
export function abstractService(): (target: AbstractServiceClass, context: ClassDecoratorContext) => void {
  return (_target, context) => {
    // The decorator is told what the sources say; the class itself may have been given a shorter name by a bundler.
    (context.metadata as Record<PropertyKey, unknown>)[ABSTRACT] = context.name ?? "";
  };
}

/** Whether a class carries `@abstractService` itself; its subclasses do not. */
export function isAbstractService(value: unknown): value is AbstractServiceClass {
  if (typeof value !== "function" || !Object.hasOwn(value, METADATA)) return false;
  const metadata = (value as unknown as Record<symbol, unknown>)[METADATA];
  return typeof metadata === "object" && metadata !== null && Object.hasOwn(metadata, ABSTRACT);
}

/** The name of such a class, for messages. */
export function abstractName(value: AbstractServiceClass): string {
  const name = (value as unknown as Record<symbol, Record<symbol, unknown>>)[METADATA]?.[ABSTRACT];
  return typeof name === "string" && name !== "" ? name : value.name;
}
