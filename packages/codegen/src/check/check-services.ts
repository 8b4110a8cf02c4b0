import { camelCase, type Document } from "@stator/contract";

/** Methods that every generated client has. */
const clientMembers = new Set(["close", "connect", "constructor", "waitForInstances"]);

/** What TypeScript cannot serve or call. */
export function checkServices(document: Document): string[] {
  const problems: string[] = [];
  for (const service of document.services) {
    const methods = new Set<string>();
    const names = new Set<string>();
    for (const endpoint of service.endpoints) {
      const place = `${service.name}.${endpoint.method}`;
      const method = camelCase(endpoint.method);
      if (methods.has(method))
        problems.push(`${place}: another endpoint is called ${method} in TypeScript too. Rename one.`);
      if (names.has(endpoint.name))
        problems.push(`${place}: another endpoint is called ${endpoint.name} on the wire too.`);
      methods.add(method);
      names.add(endpoint.name);
      if (clientMembers.has(method)) {
        problems.push(
          `${place}: clients have a ${method} of their own. Rename the method; the wire can keep its name.`,
        );
      }
    }
  }
  return problems;
}
