import { createHash } from "node:crypto";

import { UsageError } from "../cli/usage-error.ts";
import type { Deployment, Rendered } from "./deployment.ts";
import { header } from "./header.ts";
import { k8sServers } from "./k8s-servers.ts";
import { k8sService } from "./k8s-service.ts";
import { metadata, objectName, SECRET_NAME } from "./k8s-objects.ts";
import { yamlText } from "./yaml-text.ts";

/** Manifests for Kubernetes: etcd and NATS, the configuration, and what each service needs. */
export function renderK8s(deployment: Deployment): Rendered {
  const { configuration, services, options } = deployment;
  if (options.image === null) {
    throw new UsageError(
      "--image is missing: name the image that the cluster pulls. stator deploy --render dockerfile writes what builds it.",
    );
  }
  const config = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: metadata(deployment, "configuration"),
    data: { "stator.json": configuration },
  };
  // Pods are replaced when what they are told has changed.
  const version = createHash("sha256").update(configuration).digest("hex").slice(0, 16);
  const objects = [
    config,
    ...k8sServers(deployment),
    ...services.flatMap((service) => k8sService(deployment, service, version)),
  ];
  const steps = stepsOf(deployment);
  return { files: [{ path: "k8s.yaml", text: `${header(deployment, steps)}${yamlText(objects)}` }], steps };
}

function stepsOf(deployment: Deployment): string[] {
  const { name, services, options } = deployment;
  const inNamespace = options.namespace === null ? "" : ` --namespace ${options.namespace}`;
  const create = `kubectl create secret generic`;
  const secrets = [...new Set(services.flatMap((each) => each.secrets))].toSorted();
  const own = secrets.map((each) => ` --from-literal=${each}="$${each}"`).join("");
  const hosts = ["etcd", "nats"].filter((each) => options[each as "etcd" | "nats"] === null);
  const names = [name, ...hosts.map((each) => objectName(deployment, each)), "127.0.0.1"].map(
    (each) => `--name ${each}`,
  );
  const files = ["ca.pem", "cert.pem", "key.pem", "token"].map((each) => ` --from-file=stator-certs/${each}`).join("");
  return [
    ...(secrets.length === 0 ? [] : [`${create} ${objectName(deployment, SECRET_NAME)}${own}${inNamespace}`]),
    ...(options.security === null
      ? []
      : [`stator certs ${names.join(" ")}`, `${create} ${options.security}${files}${inNamespace}`]),
    `kubectl apply --filename k8s.yaml`,
  ];
}
