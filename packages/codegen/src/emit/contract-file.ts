import { type Document, reduceDocument, type Service } from "@stator/contract";
import { printDocs } from "./print-docs.ts";

/** The file of a service's document: text in a file of its own, which is loaded only when somebody needs it. */
export function contractFile(document: Document, text: string, service: Service): string {
  const docs = printDocs(
    `What {@link ${service.name}Contract} is compared with when another version of it is met: the service and its types, as JSON.`,
  );
  return `${docs}export const document =\n  ${quote(reduceDocument(document, text, service))};\n`;
}

/** JSON is full of double quotes. */
function quote(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
