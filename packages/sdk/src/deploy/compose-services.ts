import { binaryAmount } from "./amounts.ts";
import { CONFIGURATION_PATH, CONTAINER_PORTS, CONTAINER_USER, containerEnvironment } from "./container-environment.ts";
import { buildOf, certificates, verbatim } from "./compose-texts.ts";
import type { DeployedService, Deployment } from "./deployment.ts";
import { machineGpus } from "./machine-gpus.ts";
import { machinePorts } from "./machine-ports.ts";
import { containerArguments, STATOR } from "./serve-command.ts";
import { serverAddresses } from "./servers.ts";
import { stopSeconds } from "./stop-budget.ts";

/** Compose calls bytes, and their multiples of 1024, so. */
const UNITS = ["b", "k", "m", "g"];

/** The services of the graph. One with GPUs is as many as it has workers, since each has GPUs of its own. */
export function composeServices(deployment: Deployment): Record<string, object> {
  const gpus = machineGpus(deployment);
  const ports = machinePorts(deployment);
  const namesOf = ({ name, replicas }: DeployedService) =>
    gpus.has(name) ? Array.from({ length: replicas }, (_, index) => `${name}-${index}`) : [name];
  return Object.fromEntries(
    deployment.services.flatMap((service) => {
      const after = deployment.services.filter(({ name }) => service.after.includes(name)).flatMap(namesOf);
      const first = ports.get(service.name) ?? null;
      return namesOf(service).map((name, index) => {
        const own = gpus.get(service.name)?.[index] ?? null;
        const count = own === null ? service.replicas : 1;
        const published = first === null ? null : own === null ? first : first + index;
        return [
          name,
          {
            ...composeService(deployment, service, after),
            ...deploy(service, count, own),
            ...publish(service, published, count),
          },
        ];
      });
    }),
  );
}

function composeService(deployment: Deployment, service: DeployedService, after: readonly string[]): object {
  const { name, options } = deployment;
  const { image, security, etcd, nats, drainMs } = options;
  const environment = containerEnvironment(
    deployment,
    service,
    serverAddresses(options, { etcd: "etcd", nats: "nats" }),
    "0.0.0.0",
  );
  const servers = [...(etcd === null ? ["etcd"] : []), ...(nats === null ? ["nats"] : [])];
  const health = `process.exit((await fetch("http://127.0.0.1:${CONTAINER_PORTS.system}/health")).ok ? 0 : 1)`;
  return {
    image: image ?? `${name}:latest`,
    ...(image === null ? { build: buildOf(deployment) } : {}),
    entrypoint: [...STATOR],
    command: containerArguments(deployment, service).map(verbatim),
    environment: {
      ...Object.fromEntries(Object.entries(environment).map(([key, value]) => [key, verbatim(value)])),
      ...Object.fromEntries(service.secrets.map((each) => [each, `\${${each}:?set it in the environment or in .env}`])),
    },
    depends_on: Object.fromEntries([
      ...servers.map((each) => [each, { condition: "service_healthy" }]),
      ...after.map((each) => [each, { condition: "service_started" }]),
    ]),
    configs: [{ source: "stator", target: CONFIGURATION_PATH }],
    ...(security === null ? {} : { volumes: [certificates(deployment, security)] }),
    // Asked as a program of its own: the image has no other one that could ask.
    healthcheck: {
      test: ["CMD", "bun", "-e", health],
      interval: "10s",
      timeout: "10s",
      retries: 3,
      start_period: "60s",
    },
    labels: {
      ...Object.fromEntries(Object.entries(service.labels).map(([key, value]) => [key, verbatim(value)])),
      "prometheus.io/scrape": "true",
      "prometheus.io/port": String(CONTAINER_PORTS.system),
      "prometheus.io/path": "/metrics",
    },
    stop_grace_period: `${stopSeconds(drainMs)}s`,
    restart: "unless-stopped",
    init: true,
    user: `\${STATOR_UID:-${CONTAINER_USER}}`,
    read_only: true,
    tmpfs: ["/tmp"],
    cap_drop: ["ALL"],
    security_opt: ["no-new-privileges:true"],
  };
}

function deploy(
  { resources: { cpu, memory } }: DeployedService,
  replicas: number,
  gpus: readonly string[] | null,
): object {
  const limits = {
    ...(cpu === null ? {} : { cpus: String(cpu) }),
    ...(memory === null ? {} : { memory: binaryAmount(memory, UNITS) }),
  };
  const devices = gpus === null ? [] : [{ driver: "nvidia", device_ids: [...gpus], capabilities: ["gpu"] }];
  const resources = {
    ...(Object.keys(limits).length === 0 ? {} : { limits }),
    ...(devices.length === 0 ? {} : { reservations: { devices } }),
  };
  return { deploy: { replicas, ...(Object.keys(resources).length === 0 ? {} : { resources }) } };
}

/** On loopback, as `stator serve` does, unless STATOR_PUBLISH says where else. Replicas take one port of a range each. */
function publish({ port }: DeployedService, first: number | null, count: number): object {
  if (port === null || first === null) return {};
  const ports = count === 1 ? String(first) : `${first}-${first + count - 1}`;
  return { ports: [`\${STATOR_PUBLISH:-127.0.0.1}:${ports}:${port}`] };
}
