import { SECURITY_FOLDER } from "./container-environment.ts";
import type { Deployment } from "./deployment.ts";
import { CONTAINER_SECURITY, metadata, objectName, POD, podSecurity, securityVolume, selector } from "./k8s-objects.ts";
import { ETCD_IMAGE, etcdCommand, NATS_IMAGE, natsArguments, SERVER_PORTS } from "./servers.ts";

/** Anybody but root: the images run as any user. */
const SERVER_USER = 65532;

/** etcd and NATS, unless others are used: one pod each, behind a name. */
export function k8sServers(deployment: Deployment): object[] {
  const { etcd, nats } = deployment.options;
  return [...(etcd === null ? etcdObjects(deployment) : []), ...(nats === null ? natsObjects(deployment) : [])];
}

function etcdObjects(deployment: Deployment): object[] {
  return [
    service(deployment, "etcd", SERVER_PORTS.etcd),
    statefulSet(deployment, "etcd", {
      image: ETCD_IMAGE,
      command: etcdCommand(objectName(deployment, "etcd"), folder(deployment)),
      ports: [
        { name: "etcd", containerPort: SERVER_PORTS.etcd },
        { name: "monitor", containerPort: SERVER_PORTS.etcdMetrics },
      ],
      ...probes("/livez", "/readyz"),
      resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { memory: "1Gi" } },
    }),
  ];
}

function natsObjects(deployment: Deployment): object[] {
  return [
    service(deployment, "nats", SERVER_PORTS.nats),
    statefulSet(deployment, "nats", {
      image: NATS_IMAGE,
      args: natsArguments(folder(deployment)),
      ports: [
        { name: "nats", containerPort: SERVER_PORTS.nats },
        { name: "monitor", containerPort: SERVER_PORTS.natsMonitor },
      ],
      ...probes("/healthz", "/healthz"),
      resources: { requests: { cpu: "100m", memory: "64Mi" }, limits: { memory: "512Mi" } },
    }),
  ];
}

/** One pod that keeps what is below `/data`. */
function statefulSet(deployment: Deployment, own: "etcd" | "nats", container: object): object {
  return {
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    metadata: metadata(deployment, own),
    spec: {
      serviceName: objectName(deployment, own),
      replicas: 1,
      selector: { matchLabels: selector(deployment, own) },
      template: pod(deployment, own, { ...container, volumeMounts: [{ name: "data", mountPath: "/data" }] }),
      volumeClaimTemplates: [
        {
          metadata: { name: "data" },
          spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "2Gi" } } },
        },
      ],
    },
  };
}

function service(deployment: Deployment, own: "etcd" | "nats", port: number): object {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: metadata(deployment, own),
    spec: { selector: selector(deployment, own), ports: [{ name: own, port, targetPort: own }] },
  };
}

function pod(
  deployment: Deployment,
  own: string,
  container: { readonly volumeMounts: readonly object[]; readonly [field: string]: unknown },
): object {
  const { security } = deployment.options;
  const mounts = security === null ? [] : [{ name: "security", mountPath: SECURITY_FOLDER, readOnly: true }];
  return {
    metadata: { labels: (metadata(deployment, own) as { labels: object }).labels },
    spec: {
      ...POD,
      securityContext: podSecurity(SERVER_USER),
      containers: [
        {
          name: own,
          ...container,
          securityContext: CONTAINER_SECURITY,
          volumeMounts: [...container.volumeMounts, ...mounts],
        },
      ],
      ...(security === null ? {} : { volumes: [securityVolume(security)] }),
    },
  };
}

function probes(live: string, ready: string): object {
  return {
    startupProbe: { httpGet: { path: ready, port: "monitor" }, periodSeconds: 2, failureThreshold: 60 },
    livenessProbe: { httpGet: { path: live, port: "monitor" }, periodSeconds: 10, timeoutSeconds: 5 },
    readinessProbe: { httpGet: { path: ready, port: "monitor" }, periodSeconds: 5, timeoutSeconds: 5 },
  };
}

function folder({ options: { security } }: Deployment): string | null {
  return security === null ? null : SECURITY_FOLDER;
}
