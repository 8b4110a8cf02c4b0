import { variableName } from "../configuration/environment-entries.ts";
import type { DeployedService, Deployment } from "./deployment.ts";

/** The first port of the system servers: each worker of the machine has one of its own. */
const SYSTEM_PORT = 9090;

/** Where things stand on the machine. */
export function places({ name }: Deployment) {
  return { project: `/opt/${name}`, settings: `/etc/${name}`, run: `/run/${name}` };
}

/** What all units have in common. Without an etcd the services of the machine find each other through files. */
export function commonEnvironment(deployment: Deployment): Record<string, string> {
  const { name, options } = deployment;
  const { settings, run } = places(deployment);
  const { etcd, nats, requestPlane, security } = options;
  const discovery =
    etcd === null
      ? { DYN_DISCOVERY_BACKEND: "file", DYN_FILE_KV: `${run}/discovery` }
      : {
          DYN_DISCOVERY_BACKEND: "etcd",
          ETCD_ENDPOINTS: etcd,
          DYN_TCP_RPC_HOST: "0.0.0.0",
          DYN_TCP_RESPONSE_STREAM_HOST: "0.0.0.0",
        };
  return {
    PATH: "/usr/local/bin:/usr/bin:/bin",
    NODE_ENV: "production",
    STATOR_CONFIG: `${settings}/stator.json`,
    STATOR_RUN_DIR: `${run}/control`,
    ...discovery,
    ...(nats === null ? {} : { DYN_EVENT_PLANE: "nats", NATS_SERVER: nats }),
    ...(requestPlane === null ? {} : { DYN_REQUEST_PLANE: requestPlane }),
    ...(security === null ? {} : { STATOR_TLS_SERVER_NAME: name }),
  };
}

/** What one worker has of its own: its ports and its GPUs. */
export function workerEnvironment(
  { className }: DeployedService,
  port: number | null,
  systemIndex: number,
  gpus: readonly string[] | null,
): Record<string, string> {
  return {
    DYN_SYSTEM_PORT: String(SYSTEM_PORT + systemIndex),
    ...(port === null ? {} : { [variableName(className.split(".").at(-1) ?? className, ["port"])]: String(port) }),
    ...(gpus === null ? {} : { STATOR_GPUS: gpus.join(",") }),
  };
}
