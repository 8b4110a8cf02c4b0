import { stringify } from "yaml";

/** Documents as they are written for people: long lines stay whole, and nothing is an anchor. */
export function yamlText(documents: readonly unknown[]): string {
  return documents
    .map((each) => stringify(each, { lineWidth: 0, aliasDuplicateObjects: false, version: "1.1" }))
    .join("---\n");
}
