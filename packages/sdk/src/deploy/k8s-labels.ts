import { UsageError } from "../cli/usage-error.ts";

const NAME = "[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?";
const KEY = new RegExp(`^(?:[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?/)?${NAME}$`);
const VALUE = new RegExp(`^(?:${NAME})?$`);

/** The labels of a service as Kubernetes takes them: values that are too long, or have other letters, as annotations. */
export function k8sLabels(className: string, labels: Readonly<Record<string, string>>) {
  for (const key of Object.keys(labels)) {
    if (KEY.test(key)) continue;
    throw new UsageError(
      `${className}.labels: "${key}" is no name of a label in Kubernetes; use at most 63 letters, digits, "-", "_" and ".", ` +
        "with a domain and one slash before them if wanted.",
    );
  }
  const entries = Object.entries(labels);
  return {
    labels: Object.fromEntries(entries.filter(([, value]) => VALUE.test(value))),
    annotations: Object.fromEntries(entries.filter(([, value]) => !VALUE.test(value))),
  };
}
