import { type Document, kebabCase, Model } from "@stator/contract";
import { bindingFiles, bindingSupport } from "./emit/bindings/binding-files.ts";
import type { AddonPlace } from "./emit/bindings/load-addon-files.ts";
import { constantFile } from "./emit/constants-file.ts";
import { checkedFile, clientFile } from "./emit/client-file.ts";
import { contractFile } from "./emit/contract-file.ts";
import { errorFile } from "./emit/error-file.ts";
import { indexFile } from "./emit/index-file.ts";
import { serviceFile } from "./emit/service-file.ts";
import { supportFiles } from "./emit/support-files.ts";
import { typeFile } from "./emit/type-file.ts";
import { jsonSchemaFile } from "./json-schema/json-schema-file.ts";
import { isOnHttp, openApiFile } from "./json-schema/open-api-file.ts";
import { checkDocument } from "./check/check-document.ts";
import { header } from "./output/header.ts";

/** Paths with forward slashes, relative to the output folder, and the text of each file. */
export type GeneratedFiles = ReadonlyMap<string, string>;

/** What is generated beside TypeScript. */
export type Extras = {
  /** `json-schema.json`: all types. Default false. */
  readonly jsonSchema?: boolean;
  /** `openapi/<service>.json`. Default false. */
  readonly openApi?: boolean;
  /** Where the addon of a crate with bindings is. */
  readonly addon?: AddonPlace | null;
};

/**
 * Everything that is generated from a document, which is a pure function of it.
 *
 * `text` is the document as the crate printed it; it is kept beside the output. `command` goes into the headers.
 */
export function generate(document: Document, text: string, command: string, extras: Extras = {}): GeneratedFiles {
  checkDocument(document);
  const model = new Model(document);
  const bodies = new Map<string, string>();
  for (const type of document.types) bodies.set(`types/${kebabCase(type.name)}.ts`, typeFile(model, type));
  for (const type of document.types) {
    if (model.isDeclaredError(type.name)) bodies.set(`errors/${kebabCase(type.name)}.ts`, errorFile(model, type));
  }
  for (const service of document.services) {
    bodies.set(`services/${kebabCase(service.name)}.ts`, serviceFile(model, service));
    bodies.set(`clients/${kebabCase(service.name)}-client.ts`, clientFile(model, service));
    bodies.set(`contracts/${kebabCase(service.name)}.ts`, contractFile(document, text, service));
  }
  if (document.services.length > 0) {
    bodies.set("clients/checked.ts", checkedFile(document.crate, command));
  }
  for (const constant of document.constants) {
    bodies.set(`constants/${kebabCase(constant.name)}.ts`, constantFile(model, constant));
  }
  for (const [path, body] of bindingFiles(model, extras.addon ?? null)) bodies.set(path, body);
  bodies.set("index.ts", indexFile(model));
  for (const [path, body] of supportFiles([...bodies.values()], bindingSupport(extras.addon ?? null)))
    bodies.set(path, body);
  const files = [...bodies].map(([path, body]): [string, string] => [path, `${header(document, command)}${body}`]);
  files.push(["document.json", text]);
  if (extras.jsonSchema === true) files.push(["json-schema.json", jsonSchemaFile(model, command)]);
  if (extras.openApi === true) {
    for (const service of document.services.filter((each) => isOnHttp(document, each))) {
      files.push([`openapi/${kebabCase(service.name)}.json`, openApiFile(model, service, command)]);
    }
  }
  return new Map(files.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
