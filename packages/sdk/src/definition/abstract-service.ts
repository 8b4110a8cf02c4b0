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
    (context.metadata as Record<PropertyKey, unknown>)[ABSTRACT] = true;
  };
}

/** Whether a class carries `@abstractService` itself; its subclasses do not. */
export function isAbstractService(value: unknown): value is AbstractServiceClass {
  if (typeof value !== "function" || !Object.hasOwn(value, METADATA)) return false;
  const metadata = (value as unknown as Record<symbol, unknown>)[METADATA];
  return typeof metadata === "object" && metadata !== null && Object.hasOwn(metadata, ABSTRACT);
}
