import { UsageError } from "../cli/usage-error.ts";
import { binaryAmount, coreAmount } from "./amounts.ts";
import {
  CONFIGURATION_FOLDER,
  CONTAINER_PORTS,
  CONTAINER_USER,
  containerEnvironment,
  SECURITY_FOLDER,
} from "./container-environment.ts";
import type { DeployedService, Deployment } from "./deployment.ts";
import {
  CONTAINER_SECURITY,
  metadata,
  objectName,
  POD,
  podSecurity,
  SECRET_NAME,
  securityVolume,
  selector,
} from "./k8s-objects.ts";
import { containerArguments, STATOR } from "./serve-command.ts";
import { serverAddresses } from "./servers.ts";
import { PROXY_S, stopSeconds } from "./stop-budget.ts";

/** Stands for the address of the pod until it has one. */
const POD_ADDRESS = "(status.podIP)";

/** The pods of a service. */
export function k8sPod(
  deployment: Deployment,
  service: DeployedService,
  version: string,
  labels: Readonly<Record<string, string>>,
): object {
  const { options } = deployment;
  const { port, replicas, name } = service;
  const security = options.security === null ? [] : [securityVolume(options.security)];
  return {
    metadata: {
      labels: (metadata(deployment, name, labels) as { labels: object }).labels,
      annotations: {
        "prometheus.io/scrape": "true",
        "prometheus.io/port": String(CONTAINER_PORTS.system),
        "prometheus.io/path": "/metrics",
        "stator/configuration": version,
      },
    },
    spec: {
      ...POD,
      securityContext: podSecurity(CONTAINER_USER),
      terminationGracePeriodSeconds: stopSeconds(options.drainMs) + (port === null ? 0 : PROXY_S),
      ...(replicas > 1 ? { topologySpreadConstraints: [spread(deployment, name)] } : {}),
      containers: [container(deployment, service)],
      volumes: [
        { name: "configuration", configMap: { name: objectName(deployment, "configuration") } },
        { name: "tmp", emptyDir: {} },
        ...security,
      ],
    },
  };
}

function container(deployment: Deployment, service: DeployedService): object {
  const { options } = deployment;
  const { name, port } = service;
  return {
    name,
    image: options.image,
    command: [...STATOR],
    args: containerArguments(deployment, service).map(verbatim),
    env: environment(deployment, service),
    ports: [
      ...(port === null ? [] : [{ name: "http", containerPort: port }]),
      { name: "system", containerPort: CONTAINER_PORTS.system },
      { name: "calls", containerPort: CONTAINER_PORTS.calls },
    ],
    // The system server answers as soon as the code is loaded; from then on a process that hangs is not alive.
    startupProbe: { httpGet: { path: "/live", port: "system" }, periodSeconds: 2, failureThreshold: 150 },
    // The slowest check of a service may take 8 s.
    livenessProbe: {
      httpGet: { path: "/live", port: "system" },
      periodSeconds: 10,
      timeoutSeconds: 10,
      failureThreshold: 3,
    },
    readinessProbe: {
      httpGet: { path: "/health", port: "system" },
      periodSeconds: 5,
      timeoutSeconds: 10,
      failureThreshold: 2,
    },
    ...(port === null ? {} : { lifecycle: { preStop: { exec: { command: ["sleep", String(PROXY_S)] } } } }),
    ...resources(service),
    securityContext: CONTAINER_SECURITY,
    volumeMounts: [
      { name: "configuration", mountPath: CONFIGURATION_FOLDER, readOnly: true },
      { name: "tmp", mountPath: "/tmp" },
      ...(options.security === null ? [] : [{ name: "security", mountPath: SECURITY_FOLDER, readOnly: true }]),
    ],
  };
}

function environment(deployment: Deployment, service: DeployedService): object[] {
  const hosts = { etcd: objectName(deployment, "etcd"), nats: objectName(deployment, "nats") };
  const servers = serverAddresses(deployment.options, hosts);
  const variables = Object.entries(containerEnvironment(deployment, service, servers, POD_ADDRESS));
  return [
    ...variables.map(([name, value]) =>
      value === POD_ADDRESS
        ? { name, valueFrom: { fieldRef: { fieldPath: "status.podIP" } } }
        : { name, value: verbatim(value) },
    ),
    ...service.secrets.map((name) => ({
      name,
      valueFrom: { secretKeyRef: { name: objectName(deployment, SECRET_NAME), key: name } },
    })),
  ];
}

/** A text that Kubernetes puts no variables into. */
function verbatim(text: string): string {
  return text.replaceAll("$(", "$$$$(");
}

function resources({ className, resources: { cpu, memory, gpu } }: DeployedService): object {
  if (!Number.isInteger(gpu)) {
    throw new UsageError(
      `${className} wants ${gpu} GPU, and Kubernetes gives whole ones; say --${className}.resources.gpu=1, or have a device ` +
        "plugin share them and leave GPUs out here.",
    );
  }
  const amounts = {
    ...(cpu === null ? {} : { cpu: coreAmount(cpu) }),
    ...(memory === null ? {} : { memory: binaryAmount(memory) }),
  };
  const limits = { ...amounts, ...(gpu === 0 ? {} : { "nvidia.com/gpu": String(gpu) }) };
  return Object.keys(limits).length === 0
    ? {}
    : { resources: { ...(Object.keys(amounts).length === 0 ? {} : { requests: amounts }), limits } };
}

function spread(deployment: Deployment, name: string): object {
  return {
    maxSkew: 1,
    topologyKey: "kubernetes.io/hostname",
    whenUnsatisfiable: "ScheduleAnyway",
    labelSelector: { matchLabels: selector(deployment, name) },
  };
}
