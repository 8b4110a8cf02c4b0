import { type Document, findDifferingInputs, kebabCase } from "@stator/contract";
import { declaredErrors, wrapped } from "../emit/bindings/binding-files.ts";

/** Names that generated files use themselves. */
const taken = new Set(
  (
    "Array Object Record Set Map ReadonlySet Symbol Number BigInt String Boolean Error Promise Infinity JSON Parameters " +
    "AsyncIterable AsyncIterator AsyncDisposable AsyncGenerator ReadableStream Schema SchemaError Issue Invalid JsonValue " +
    "StandardSchemaV1 CheckedResponse Requests Iterable INVALID MAX_DEPTH Context Client ClientOptions CallOptions DistributedRuntime " +
    "NativeAddon NativeObject NativeStream BindingError BindingErrorCode RawAddon RawResult Readonly AbortSignal " +
    "StatorError DeclaredError ErrorType Uint8Array undefined any unknown never string number boolean bigint object symbol void null true false"
  ).split(" "),
);

/** Names that would meet in one file, or on one path. */
export function checkNames(document: Document): string[] {
  const problems: string[] = [];
  const rename =
    document.source === "typescript"
      ? "Give its schema another name: .meta({ id }) of zod, v.title() of valibot, .configure({ title }) of ArkType."
      : 'Give the type another name with #[ts(rename = "...")].';
  const renameBinding = 'Give it another name: #[binding(name = "...")].';
  const differing = findDifferingInputs(document);
  const exported = new Map<string, string>();
  const files = new Map<string, string>();
  const claim = (name: string, owner: string, remedy = rename): void => {
    const other = exported.get(name);
    if (taken.has(name)) problems.push(`${owner}: generated files use the name ${name} themselves. ${remedy}`);
    else if (other !== undefined) problems.push(`${owner} and ${other} are both called ${name}. ${remedy}`);
    exported.set(name, owner);
  };
  for (const type of document.types) {
    if (!/^[A-Z][A-Za-z0-9]*$/.test(type.name)) {
      problems.push(`${type.rust}: ${type.name} is no name in PascalCase. ${rename}`);
    }
    claim(type.name, type.rust);
    if (differing.has(type.name)) claim(`${type.name}Input`, `what ${type.rust} accepts`);
    const file = kebabCase(type.name);
    const other = files.get(file);
    if (other !== undefined) problems.push(`${type.rust} and ${other} share the file ${file}.ts. ${rename}`);
    files.set(file, type.rust);
  }
  if (document.bindings !== undefined) {
    const { functions, classes } = wrapped(document.bindings);
    for (const { name, rust } of [...functions, ...classes]) claim(name, rust, renameBinding);
    for (const name of declaredErrors(document.bindings)) claim(`${name}Exception`, `the error ${name}`);
  }
  for (const service of document.services) {
    for (const part of ["Contract", "Service", "Client"])
      claim(`${service.name}${part}`, `the service ${service.name}`);
  }
  return problems;
}
