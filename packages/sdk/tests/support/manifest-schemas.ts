import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { Ajv, type ValidateFunction } from "ajv";
import { Deployment } from "kubernetes-models/apps/v1/Deployment";
import { StatefulSet } from "kubernetes-models/apps/v1/StatefulSet";
import { PodDisruptionBudget } from "kubernetes-models/policy/v1/PodDisruptionBudget";
import { ConfigMap } from "kubernetes-models/v1/ConfigMap";
import { Service } from "kubernetes-models/v1/Service";

/** The kinds of objects that we write, with the schemas of the API of Kubernetes. */
const KINDS = { Deployment, StatefulSet, PodDisruptionBudget, ConfigMap, Service };

/** The published schema of Compose, as its linter carries it. */
const composeSchema = ((): ValidateFunction => {
  const path = new URL("schemas/compose.schema.json", import.meta.resolve("dclint/package.json"));
  const { $schema: _, ...schema } = JSON.parse(readFileSync(fileURLToPath(path), "utf8")) as Record<string, unknown>;
  return new Ajv({ strict: false, allErrors: true }).compile(schema);
})();

/** What the schema of Compose has against a file; nothing for one that fits. */
export function composeFaults(text: string): string[] {
  composeSchema(Bun.YAML.parse(text));
  return (composeSchema.errors ?? []).map(({ instancePath, message = "" }) => `${instancePath} ${message}`);
}

/** What the schemas of Kubernetes have against manifests. */
export function k8sFaults(text: string): string[] {
  const objects = [Bun.YAML.parse(text)].flat() as { readonly kind: keyof typeof KINDS; readonly apiVersion: string }[];
  return objects.flatMap((each) => {
    const Kind = KINDS[each.kind] as
      | (new (data: object) => { validate(): void; readonly apiVersion: string })
      | undefined;
    if (Kind === undefined) return [`there is no ${each.kind} here`];
    const object = new Kind(each);
    if (object.apiVersion !== each.apiVersion) return [`${each.kind} of ${each.apiVersion}`];
    try {
      object.validate();
      return [];
    } catch (error) {
      return [`${each.kind}: ${error instanceof Error ? error.message : String(error)}`];
    }
  });
}
