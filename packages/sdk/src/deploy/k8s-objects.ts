import type { Deployment } from "./deployment.ts";

/** Of the Secret with the variables that are given by reference. */
export const SECRET_NAME = "secrets";

/** The name of an object: that of the deployment stands in front. */
export function objectName({ name }: Deployment, own: string): string {
  return `${name}-${own}`;
}

/** What an object is found by. */
export function selector({ name }: Deployment, own: string): Record<string, string> {
  return { "app.kubernetes.io/name": own, "app.kubernetes.io/instance": name };
}

/** Names and labels that all objects have. */
export function metadata(
  deployment: Deployment,
  own: string,
  labels: Readonly<Record<string, string>> = {},
  annotations: Readonly<Record<string, string>> = {},
): object {
  const { namespace } = deployment.options;
  return {
    name: objectName(deployment, own),
    ...(namespace === null ? {} : { namespace }),
    labels: {
      ...labels,
      ...selector(deployment, own),
      "app.kubernetes.io/part-of": deployment.name,
      "app.kubernetes.io/managed-by": "stator",
    },
    ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
  };
}

/** What a container may do: nothing that it does not need. */
export const CONTAINER_SECURITY = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ["ALL"] },
  readOnlyRootFilesystem: true,
} as const;

/** The same for a pod, whose processes and files belong to this user. */
export function podSecurity(user: number): object {
  return {
    runAsNonRoot: true,
    runAsUser: user,
    runAsGroup: user,
    fsGroup: user,
    seccompProfile: { type: "RuntimeDefault" },
  };
}

/** What pods have in common: no access to the cluster, and no variables that look like settings of etcd and NATS. */
export const POD = { automountServiceAccountToken: false, enableServiceLinks: false } as const;

/** A volume with the certificates, for a container that belongs to the group of its files. */
export function securityVolume(security: string): object {
  return { name: "security", secret: { secretName: security, defaultMode: 0o440 } };
}
