import type { DeployedService, Deployment } from "./deployment.ts";

/** Ports inside of a container. */
export const CONTAINER_PORTS = { calls: 9345, system: 9090 } as const;
/** Where a container finds what it is told, and its certificates. */
export const CONFIGURATION_FOLDER = "/etc/stator/configuration";
export const CONFIGURATION_PATH = `${CONFIGURATION_FOLDER}/stator.json`;
export const SECURITY_FOLDER = "/etc/stator/security";
/** The user `bun` of the image. */
export const CONTAINER_USER = 1000;

/** What a container has beside what its service asks for; `host` is where it takes calls. */
export function containerEnvironment(
  { name, options }: Deployment,
  { port, env, command }: DeployedService,
  servers: { readonly etcd: string; readonly nats: string },
  host: string,
): Record<string, string> {
  const { requestPlane, security } = options;
  return {
    NODE_ENV: "production",
    STATOR_CONFIG: CONFIGURATION_PATH,
    DYN_DISCOVERY_BACKEND: "etcd",
    ETCD_ENDPOINTS: servers.etcd,
    DYN_EVENT_PLANE: "nats",
    NATS_SERVER: servers.nats,
    ...(requestPlane === null ? {} : { DYN_REQUEST_PLANE: requestPlane }),
    DYN_TCP_RPC_HOST: host,
    DYN_TCP_RPC_PORT: String(CONTAINER_PORTS.calls),
    // Workers of the original call back.
    DYN_TCP_RESPONSE_STREAM_HOST: host,
    DYN_SYSTEM_HOST: "0.0.0.0",
    DYN_SYSTEM_PORT: String(CONTAINER_PORTS.system),
    ...(port === null ? {} : { DYN_HTTP_HOST: "0.0.0.0", DYN_HTTP_PORT: String(options.port) }),
    ...(security === null ? {} : { STATOR_SECURITY: SECURITY_FOLDER, STATOR_TLS_SERVER_NAME: name }),
    // The file system is for reading only, but for this.
    ...(command === null ? {} : { STATOR_RUN_DIR: "/tmp/stator" }),
    ...env,
  };
}
