import { certificates } from "./compose-texts.ts";
import { SECURITY_FOLDER } from "./container-environment.ts";
import type { Deployment } from "./deployment.ts";
import { ETCD_IMAGE, etcdCommand, NATS_IMAGE, natsArguments, SERVER_PORTS } from "./servers.ts";

const HEALTH = { interval: "2s", timeout: "2s", retries: 30 } as const;
const HARDENED = {
  restart: "unless-stopped",
  stop_grace_period: "15s",
  read_only: true,
  security_opt: ["no-new-privileges:true"],
} as const;

/** etcd and NATS, unless others are used. Nobody but the services of this file reaches them. */
export function composeServers(deployment: Deployment): {
  readonly services: Record<string, object>;
  readonly volumes: Record<string, object> | null;
} {
  const { etcd, nats, security } = deployment.options;
  const folder = security === null ? null : SECURITY_FOLDER;
  const files = security === null ? [] : [certificates(deployment, security)];
  const services = {
    ...(etcd === null
      ? {
          etcd: {
            image: ETCD_IMAGE,
            command: etcdCommand("etcd", folder),
            healthcheck: { test: etcdHealth(folder), ...HEALTH },
            volumes: [{ type: "volume", source: "etcd", target: "/data" }, ...files],
            ...HARDENED,
          },
        }
      : {}),
    ...(nats === null
      ? {
          nats: {
            image: NATS_IMAGE,
            command: natsArguments(folder),
            healthcheck: {
              test: ["CMD", "wget", "-q", "-O", "/dev/null", `http://127.0.0.1:${SERVER_PORTS.natsMonitor}/healthz`],
              ...HEALTH,
            },
            volumes: [{ type: "volume", source: "nats", target: "/data" }, ...files],
            ...HARDENED,
          },
        }
      : {}),
  };
  const volumes = Object.fromEntries(Object.keys(services).map((name) => [name, {}]));
  return { services, volumes: Object.keys(volumes).length === 0 ? null : volumes };
}

function etcdHealth(folder: string | null): string[] {
  const scheme = folder === null ? "http" : "https";
  const tls =
    folder === null ? [] : [`--cacert=${folder}/ca.pem`, `--cert=${folder}/cert.pem`, `--key=${folder}/key.pem`];
  return ["CMD", "etcdctl", `--endpoints=${scheme}://127.0.0.1:${SERVER_PORTS.etcd}`, ...tls, "endpoint", "health"];
}
