import type { DeployedService, Deployment } from "./deployment.ts";
import { k8sLabels } from "./k8s-labels.ts";
import { metadata, selector } from "./k8s-objects.ts";
import { k8sPod } from "./k8s-pod.ts";

/** What one service is in Kubernetes: its pods, the way to its HTTP, and how many of them may be away. */
export function k8sService(deployment: Deployment, service: DeployedService, version: string): object[] {
  const { name, replicas, port, resources } = service;
  const { labels, annotations } = k8sLabels(service.className, service.labels);
  const about = metadata(deployment, name, labels, annotations);
  const objects: object[] = [
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: about,
      spec: {
        replicas,
        revisionHistoryLimit: 3,
        selector: { matchLabels: selector(deployment, name) },
        strategy: {
          type: "RollingUpdate",
          // A new pod is ready before an old one goes; where they have GPUs there may be none left for it.
          rollingUpdate: resources.gpu > 0 ? { maxSurge: 0, maxUnavailable: 1 } : { maxSurge: 1, maxUnavailable: 0 },
        },
        template: k8sPod(deployment, service, version, labels),
      },
    },
  ];
  if (port !== null) {
    objects.push({
      apiVersion: "v1",
      kind: "Service",
      metadata: about,
      spec: { selector: selector(deployment, name), ports: [{ name: "http", port: 80, targetPort: "http" }] },
    });
  }
  // With one pod it would keep its node from ever being emptied.
  if (replicas > 1) {
    objects.push({
      apiVersion: "policy/v1",
      kind: "PodDisruptionBudget",
      metadata: about,
      spec: {
        maxUnavailable: 1,
        selector: { matchLabels: selector(deployment, name) },
        unhealthyPodEvictionPolicy: "AlwaysAllow",
      },
    });
  }
  return objects;
}
