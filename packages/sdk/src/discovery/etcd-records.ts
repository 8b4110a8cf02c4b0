import { readRecord, type RegisteredInstance } from "./registered-instance.ts";

type Environment = Record<string, string | undefined>;

const PREFIX = "v1/instances/";

/** How long etcd may take. */
const LIMIT_MS = 5_000;

/** All instances in etcd, through the JSON gateway that it serves beside gRPC. */
export async function etcdRecords(environment: Environment = process.env): Promise<RegisteredInstance[]> {
  const endpoints = (environment["ETCD_ENDPOINTS"] ?? "http://127.0.0.1:2379").split(",").map((each) => each.trim());
  const tls = await tlsOptions(environment);
  let failure: unknown = null;
  for (const endpoint of endpoints) {
    const post = async (path: string, body: object, token?: string): Promise<unknown> => {
      const response = await fetch(new URL(path, endpoint), {
        method: "POST",
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(LIMIT_MS),
        ...(token === undefined ? {} : { headers: { authorization: token } }),
        ...(tls === null ? {} : { tls }),
      });
      if (!response.ok)
        throw new Error(`${endpoint} says ${response.status}: ${(await response.text()).slice(0, 200)}`);
      return response.json();
    };
    try {
      const token = await authenticate(environment, post);
      const range = { key: base64(PREFIX), range_end: base64("v1/instances0") };
      const { kvs = [] } = (await post("/v3/kv/range", range, token)) as { kvs?: { key: string; value: string }[] };
      return kvs.flatMap(({ key, value }) => readRecord(text(key).slice(PREFIX.length), text(value)) ?? []);
    } catch (error) {
      failure = error;
    }
  }
  throw failure instanceof Error ? failure : new Error(String(failure));
}

async function authenticate(
  { ETCD_AUTH_USERNAME: name, ETCD_AUTH_PASSWORD: password }: Environment,
  post: (path: string, body: object) => Promise<unknown>,
): Promise<string | undefined> {
  if (name === undefined || password === undefined) return undefined;
  return ((await post("/v3/auth/authenticate", { name, password })) as { token: string }).token;
}

async function tlsOptions(environment: Environment): Promise<Record<string, string> | null> {
  const files = { ca: "ETCD_AUTH_CA", cert: "ETCD_AUTH_CLIENT_CERT", key: "ETCD_AUTH_CLIENT_KEY" };
  const found: Record<string, string> = {};
  for (const [option, variable] of Object.entries(files)) {
    const path = environment[variable];
    if (path !== undefined) found[option] = await Bun.file(path).text();
  }
  return Object.keys(found).length === 0 ? null : found;
}

function base64(value: string): string {
  return Buffer.from(value).toString("base64");
}

function text(value: string): string {
  return Buffer.from(value, "base64").toString();
}
