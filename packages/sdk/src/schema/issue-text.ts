import type { StandardSchemaV1 } from "@standard-schema/spec";

/** `items[2].text`, or an empty text for the value itself. */
export function issuePath(issue: StandardSchemaV1.Issue): string {
  let path = "";
  for (const segment of issue.path ?? []) {
    const key = typeof segment === "object" ? segment.key : segment;
    if (typeof key === "number" || /^\d+$/.test(String(key))) path += `[${String(key)}]`;
    else path += path === "" ? String(key) : `.${String(key)}`;
  }
  return path;
}

/** `text: expected string`, with what was wrong first and where before it. Validators that begin with the path keep theirs. */
export function issueText(issue: StandardSchemaV1.Issue): string {
  const path = issuePath(issue);
  return path === "" || issue.message.startsWith(path) ? issue.message : `${path}: ${issue.message}`;
}
