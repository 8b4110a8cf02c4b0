import type { BoundError, BoundFunction, BoundType, TypeRef } from "../document.ts";
import type { Model } from "../model/model.ts";
import type { Change } from "./compare-documents.ts";
import { findMisfits } from "./find-misfits.ts";

const CALLERS = "code that calls the binding";

/** What changed in the functions and classes of an addon. Stubs and addon are built together; their callers are not. */
export function compareBindings(before: Model, after: Model): Change[] {
  const old = functions(before);
  const now = functions(after);
  const changes: Change[] = [];
  for (const [place, was] of old) {
    const is = now.get(place);
    if (is === undefined) changes.push({ place, text: "the binding is gone", breaks: CALLERS });
    else changes.push(...compareFunction(place, { model: before, call: was }, { model: after, call: is }));
  }
  for (const place of now.keys()) {
    if (!old.has(place)) changes.push({ place, text: "the binding is new", breaks: null });
  }
  return changes;
}

type Side = { readonly model: Model; readonly call: BoundFunction };

function compareFunction(place: string, before: Side, after: Side): Change[] {
  const breaks = (text: string): Change => ({ place, text, breaks: CALLERS });
  const { call: was } = before;
  const { call: is } = after;
  const changes: Change[] = [];
  if (was.mode !== is.mode) changes.push(breaks(`it was ${describeMode(was)} and is ${describeMode(is)}`));
  for (const [index, parameter] of was.parameters.entries()) {
    const now = is.parameters[index];
    if (now === undefined) changes.push({ place, text: `the parameter ${parameter.name} is gone`, breaks: CALLERS });
    else
      changes.push(...misfits(before.model, parameter, after.model, now).map((text) => breaks(`${now.name}${text}`)));
  }
  for (const parameter of is.parameters.slice(was.parameters.length)) {
    const text = `the parameter ${parameter.name} is new`;
    changes.push({ place, text, breaks: mayBeLeftOut(parameter) ? null : CALLERS });
  }
  changes.push(...compareResults(before, after).map((text) => breaks(`result${text}`)));
  for (const error of errors(is)) {
    if (!errors(was).includes(error)) changes.push({ place, text: `it may fail with ${error} now`, breaks: null });
  }
  return changes;
}

/** What Rust returns, the code that calls it reads. */
function compareResults(before: Side, after: Side): string[] {
  const was = before.call.result;
  const is = after.call.result;
  if (was === undefined) return [];
  return is === undefined ? [": there is none any more"] : misfits(after.model, is, before.model, was);
}

function misfits(writer: Model, written: BoundType, reader: Model, read: BoundType): string[] {
  if (written.is === "value" && read.is === "value") {
    return findMisfits(writer, written.type, reader, read.type).map(
      ({ path, reason }) => `${path === "" ? "" : ` ${path}`}: ${reason}`,
    );
  }
  if (written.is === "object" && read.is === "object") {
    if (written.class !== read.class)
      return [`: it is a ${read.class} for one side and a ${written.class} for the other`];
    return written.optional && !read.optional ? [": null may come, and is not expected"] : [];
  }
  if (written.is !== "callback" || read.is !== "callback") return [": it is another kind of thing"];
  // Rust calls it, so the argument goes the other way and its result comes back.
  return [
    ...part(reader, read.argument, writer, written.argument, " argument"),
    ...part(writer, written.result, reader, read.result, " result"),
  ];
}

function part(
  writer: Model,
  written: BoundType | undefined,
  reader: Model,
  read: BoundType | undefined,
  what: string,
): string[] {
  if (read === undefined) return [];
  return written === undefined
    ? [`${what}: there is none any more`]
    : misfits(writer, written, reader, read).map((text) => `${what}${text}`);
}

function mayBeLeftOut(bound: BoundType): boolean {
  return bound.is === "value" && bound.type.kind === "option";
}

function describeMode({ mode }: BoundFunction): string {
  return mode === "sync" ? "synchronous" : mode === "task" ? "a promise" : "a stream";
}

function errors({ error, itemError }: BoundFunction): string[] {
  return [error, itemError].filter((found) => found !== undefined).map(errorName);
}

function errorName(error: BoundError): string {
  if (error.is === "text") return "a sentence";
  return error.type.kind === "ref" ? error.type.name : "an error";
}

/** By the place where they are found in messages. */
function functions({ document }: Model): Map<string, BoundFunction> {
  const found = new Map<string, BoundFunction>();
  for (const binding of document.bindings?.items ?? []) {
    if (binding.kind === "function") found.set(binding.name, binding);
    if (binding.kind !== "class") continue;
    const { name, construct, statics, methods, getters, setters } = binding;
    if (construct !== undefined) found.set(`new ${name}`, construct);
    for (const call of statics) found.set(`static ${name}.${call.name}`, call);
    for (const call of methods) found.set(`${name}.${call.name}`, call);
    for (const call of getters) found.set(`get ${name}.${call.name}`, call);
    for (const call of setters) found.set(`set ${name}.${call.name}`, call);
  }
  return found;
}

/** Every type that a binding takes or returns as a value. */
export function boundTypes(model: Model): TypeRef[] {
  const types: TypeRef[] = [];
  const note = (bound: BoundType | undefined): void => {
    if (bound?.is === "value") types.push(bound.type);
    if (bound?.is !== "callback") return;
    note(bound.argument);
    note(bound.result);
  };
  for (const { parameters, result, error, itemError } of functions(model).values()) {
    for (const bound of [...parameters, result]) note(bound);
    for (const found of [error, itemError]) if (found?.is === "declared") types.push(found.type);
  }
  return types;
}
