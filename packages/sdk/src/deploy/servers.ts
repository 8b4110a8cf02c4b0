/** Public images of what the services need, each of one version. */
export const ETCD_IMAGE = "quay.io/coreos/etcd:v3.6.4";
export const NATS_IMAGE = "nats:2.11.8-alpine";

export const SERVER_PORTS = { etcd: 2379, etcdMetrics: 2381, nats: 4222, natsMonitor: 8222 } as const;

/** Addresses for `ETCD_ENDPOINTS` and `NATS_SERVER`: those that were given, else those of our own servers. */
export function serverAddresses(
  {
    etcd,
    nats,
    security,
  }: { readonly etcd: string | null; readonly nats: string | null; readonly security: string | null },
  hosts: { readonly etcd: string; readonly nats: string },
): { readonly etcd: string; readonly nats: string } {
  return {
    etcd: etcd ?? etcdUrl(hosts.etcd, security !== null),
    nats: nats ?? `${security === null ? "nats" : "tls"}://${hosts.nats}:${SERVER_PORTS.nats}`,
  };
}

/** The command of an etcd under this host name. With a folder of certificates it lets in who has one. */
export function etcdCommand(host: string, certificates: string | null): string[] {
  const tls =
    certificates === null
      ? []
      : [
          `--cert-file=${certificates}/cert.pem`,
          `--key-file=${certificates}/key.pem`,
          "--client-cert-auth",
          `--trusted-ca-file=${certificates}/ca.pem`,
        ];
  return [
    "etcd",
    "--name=stator",
    "--data-dir=/data/etcd",
    `--listen-client-urls=${etcdUrl("0.0.0.0", certificates !== null)}`,
    `--advertise-client-urls=${etcdUrl(host, certificates !== null)}`,
    `--listen-metrics-urls=http://0.0.0.0:${SERVER_PORTS.etcdMetrics}`,
    // What is old is never asked for again.
    "--auto-compaction-mode=periodic",
    "--auto-compaction-retention=1h",
    ...tls,
  ];
}

/** The same for NATS, as arguments of the image's program. What queues hold is kept in `/data`. */
export function natsArguments(certificates: string | null): string[] {
  const plain = [`--http_port=${SERVER_PORTS.natsMonitor}`, "--jetstream", "--store_dir=/data"];
  if (certificates === null) return plain;
  const files = ["cert=cert", "key=key", "cacert=ca"].map((each) => {
    const [option = "", file = ""] = each.split("=");
    return `--tls${option}=${certificates}/${file}.pem`;
  });
  return [...plain, "--tls", "--tlsverify", ...files];
}

function etcdUrl(host: string, tls: boolean): string {
  return `${tls ? "https" : "http"}://${host}:${SERVER_PORTS.etcd}`;
}
