/** What `stator deploy` writes of a graph, and what it refuses. `tests/e2e/deploy.test.ts` runs it. */
import { describe, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { z } from "zod";

import type { ServiceOption } from "../src/configuration/command-line-entries.ts";
import { loadLayers } from "../src/configuration/load-layers.ts";
import type { DeployOptions, Rendering } from "../src/deploy/deployment.ts";
import { planDeployment } from "../src/deploy/plan-deployment.ts";
import { render } from "../src/deploy/render.ts";
import { writeFiles } from "../src/deploy/write-files.ts";
import type { Graph } from "../src/graph/graph.ts";
import { api, configuration, depends, endpoint, graph, service } from "../src/index.ts";
import { composeFaults, k8sFaults } from "./support/manifest-schemas.ts";

const project = join(import.meta.dir, "../../..");

const Settings = z.object({
  greeting: z.string().default("hello"),
  key: z.string().default("none").meta({ writeOnly: true }),
  inner: z
    .object({ password: z.string().default("none").meta({ writeOnly: true }), size: z.number().default(1) })
    .prefault({}),
  peers: z.array(z.object({ name: z.string(), token: z.string().meta({ writeOnly: true }) })).default([]),
});

@service({ namespace: "shop", workers: 3, resources: { cpu: 0.3, memory: "500Mi" }, labels: { team: "red" } })
class Store {
  config = configuration(Settings);

  @endpoint()
  async get(_request: null): Promise<string> {
    return this.config.greeting;
  }
}

@service({ namespace: "shop", env: { MODE: "on" } })
class Front {
  store = depends(Store);

  @api()
  async get(_request: null): Promise<string> {
    return this.store.get(null);
  }
}

interface Asked extends Partial<DeployOptions> {
  readonly services?: readonly ServiceOption[];
  readonly configFiles?: readonly string[];
  readonly environment?: Record<string, string>;
}

function planned(
  of: Graph,
  rendering: Rendering,
  { services = [], configFiles = [], environment = {}, ...asked }: Asked = {},
) {
  const layers = loadLayers({ files: configFiles, profiles: [], options: services }, environment);
  const options: DeployOptions = {
    ...{ rendering, target: "apps/shop.ts#shop", project, out: join(project, "deploy"), command: "stator deploy" },
    ...{ name: null, image: null, namespace: null, etcd: null, nats: null, requestPlane: null, security: null },
    ...{ secrets: [], env: {}, gpus: null, port: 8000, drainMs: 10_000 },
    ...asked,
  };
  return planDeployment(of.nodes(layers), options);
}

/** The files by their paths. */
function files(of: Graph, rendering: Rendering, asked: Asked = {}): Record<string, string> {
  const image = rendering === "k8s" ? "example/shop:1" : null;
  const rendered = render(planned(of, rendering, { image, ...asked }));
  return Object.fromEntries(rendered.files.map(({ path, text }) => [path, text]));
}

function compose(of: Graph, asked: Asked = {}): string {
  const text = files(of, "compose", asked)["compose.yaml"] ?? "";
  expect(composeFaults(text)).toEqual([]);
  return text;
}

function k8s(of: Graph, asked: Asked = {}): Record<string, Manifest[]> {
  const text = files(of, "k8s", asked)["k8s.yaml"] ?? "";
  expect(k8sFaults(text)).toEqual([]);
  return Object.groupBy(Bun.YAML.parse(text) as Manifest[], ({ kind }) => kind) as Record<string, Manifest[]>;
}

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly annotations?: object };
  readonly spec: Record<string, unknown> & { readonly template: { readonly spec: Record<string, unknown> } };
}

interface ComposeService {
  readonly [field: string]: unknown;
  readonly environment: Record<string, string>;
}

const composeServices = (text: string) =>
  (Bun.YAML.parse(text) as { services: Record<string, ComposeService> }).services;
const shop = graph(Front);

const names = (manifests: Manifest[]) => manifests.map(({ metadata }) => metadata.name);
const gpu = (amount: string, gpus: string[]) =>
  composeServices(compose(shop, { services: [["Store.resources.gpu", amount]], gpus }));
const devices = (ids: string[]) => ({
  deploy: {
    replicas: 1,
    resources: { reservations: { devices: [{ driver: "nvidia", device_ids: ids, capabilities: ["gpu"] }] } },
  },
});
const version = (greeting: string) =>
  JSON.stringify(k8s(shop, { services: [["Store.greeting", greeting]] })["Deployment"]?.[1]).match(
    /"stator\/configuration":"(\w+)"/,
  )?.[1];

test("the schemas find what does not fit", () => {
  const text = compose(shop);
  expect(composeFaults(text.replace("stop_grace_period", "stop_graceperiod"))).not.toEqual([]);
  const manifests = files(shop, "k8s")["k8s.yaml"] ?? "";
  expect(k8sFaults(manifests.replace("replicas: 3", "replicas: three"))).not.toEqual([]);
  expect(k8sFaults(manifests.replace("kind: ConfigMap", "kind: ConfigMop"))).not.toEqual([]);
});

test("the same graph gives the same files, with the command that makes them", () => {
  for (const rendering of ["compose", "k8s", "systemd", "dockerfile"] as const) {
    const once = files(shop, rendering, { command: "stator deploy apps/shop.ts#shop --render x" });
    expect(files(shop, rendering, { command: "stator deploy apps/shop.ts#shop --render x" })).toEqual(once);
    for (const [path, text] of Object.entries(once)) {
      if (!path.endsWith(".json")) expect(text).toContain("#   stator deploy apps/shop.ts#shop --render x\n");
    }
  }
});

test.each(["1", "2"])("each process is one worker, whatever the class says: --Store.workers=%s", (workers) => {
  const deployment = planned(shop, "systemd", { services: [["Store.workers", workers]] });
  expect(deployment.services.map(({ replicas }) => replicas)).toEqual([Number(workers), 1]);
  expect(JSON.parse(deployment.configuration)).toEqual({ "shop.store": { workers: 1 } });
});

describe("compose", () => {
  test("each service has its workers, limits, ports, and what it needs before it", () => {
    const { etcd, nats, store, front } = composeServices(compose(shop, { drainMs: 20_500 }));
    expect([etcd?.["image"], nats?.["image"]]).toEqual([
      expect.stringMatching(/:v\d+\.\d+\.\d+$/),
      expect.stringMatching(/:\d+\.\d+\.\d+/),
    ]);
    expect(store).toMatchObject({
      deploy: { replicas: 3, resources: { limits: { cpus: "0.3", memory: "500m" } } },
      labels: { team: "red", "prometheus.io/port": "9090" },
      stop_grace_period: "26s",
      read_only: true,
    });
    expect(store?.["ports"]).toBeUndefined();
    expect(front).toMatchObject({
      deploy: { replicas: 1 },
      ports: ["${STATOR_PUBLISH:-127.0.0.1}:8000:8000"],
      environment: { MODE: "on", ETCD_ENDPOINTS: "http://etcd:2379", NATS_SERVER: "nats://nats:4222" },
      depends_on: {
        etcd: { condition: "service_healthy" },
        nats: { condition: "service_healthy" },
        store: { condition: "service_started" },
      },
      build: { context: "..", dockerfile: "deploy/Dockerfile" },
    });
  });

  test("workers with HTTP have a port of the machine each", () => {
    const { front } = composeServices(compose(shop, { services: [["Front.workers", "2"]], port: 9000 }));
    expect(front?.["ports"]).toEqual(["${STATOR_PUBLISH:-127.0.0.1}:9000-9001:9000"]);
  });

  test("servers that are there are used in place of own ones", () => {
    const text = compose(shop, { etcd: "http://a:1,http://b:2", nats: "tls://c:3", image: "example/shop:1" });
    const services = composeServices(text);
    expect(Object.keys(services)).toEqual(["store", "front"]);
    expect(services["front"]).toMatchObject({
      environment: { ETCD_ENDPOINTS: "http://a:1,http://b:2", NATS_SERVER: "tls://c:3" },
      image: "example/shop:1",
    });
    expect(services["front"]).not.toHaveProperty("build");
    expect(text).not.toContain("volumes");
  });

  test("workers with GPUs are services of their own, each with its devices", () => {
    const whole = gpu("2", ["0", "1", "2", "3", "GPU-4", "5"]);
    expect([whole["store-0"], whole["store-2"]]).toMatchObject([devices(["0", "1"]), devices(["GPU-4", "5"])]);
    expect(whole["front"]?.["depends_on"]).toMatchObject({ "store-0": {}, "store-1": {}, "store-2": {} });
    const parts = gpu("0.5", ["0", "1"]);
    expect([parts["store-0"], parts["store-1"], parts["store-2"]]).toMatchObject([
      devices(["0"]),
      devices(["0"]),
      devices(["1"]),
    ]);
  });

  test("certificates are mounted, and the servers want them", () => {
    const { etcd, nats, front } = composeServices(compose(shop, { security: "stator-certs", requestPlane: "dynamo" }));
    const mounted = { type: "bind", source: "../stator-certs", target: "/etc/stator/security", read_only: true };
    for (const each of [etcd, nats, front]) expect(each?.["volumes"]).toContainEqual(mounted);
    expect(etcd?.["command"]).toContain("--client-cert-auth");
    expect(nats?.["command"]).toContain("--tlsverify");
    expect(front?.environment).toMatchObject({
      STATOR_SECURITY: "/etc/stator/security",
      STATOR_TLS_SERVER_NAME: "shop",
      DYN_REQUEST_PLANE: "dynamo",
      ETCD_ENDPOINTS: "https://etcd:2379",
      NATS_SERVER: "tls://nats:4222",
    });
  });
});

describe("k8s", () => {
  test("each service is a Deployment; HTTP has a Service; several workers have a PodDisruptionBudget", () => {
    const {
      Deployment = [],
      Service = [],
      PodDisruptionBudget = [],
      StatefulSet = [],
    } = k8s(shop, { namespace: "prod" });
    expect(names(Deployment)).toEqual(["shop-store", "shop-front"]);
    expect(names(StatefulSet)).toEqual(["shop-etcd", "shop-nats"]);
    expect(names(Service)).toEqual(["shop-etcd", "shop-nats", "shop-front"]);
    expect(names(PodDisruptionBudget)).toEqual(["shop-store"]);
    for (const { metadata } of [Deployment, Service, PodDisruptionBudget, StatefulSet].flat())
      expect(metadata.namespace).toBe("prod");
    const [store, front] = Deployment;
    expect(store?.spec["replicas"]).toBe(3);
    expect(store?.spec.template.spec).toMatchObject({
      terminationGracePeriodSeconds: 15,
      containers: [
        {
          command: ["bun", "node_modules/.bin/stator"],
          args: ["serve", "apps/shop.ts#shop", "--only", "Store", "--in-process", "--drain-ms", "10000"],
          livenessProbe: { httpGet: { path: "/live", port: "system" } },
          readinessProbe: { httpGet: { path: "/health", port: "system" } },
          resources: { requests: { cpu: "300m", memory: "500Mi" }, limits: { cpu: "300m", memory: "500Mi" } },
        },
      ],
    });
    // A proxy may send requests a little longer than the pod is told to stop.
    expect(front?.spec.template.spec).toMatchObject({
      terminationGracePeriodSeconds: 20,
      containers: [{ lifecycle: { preStop: { exec: { command: ["sleep", "5"] } } } }],
    });
  });

  test("whole GPUs are asked for, parts of one are refused", () => {
    const { Deployment: [store] = [] } = k8s(shop, { services: [["Store.resources.gpu", "2"]] });
    expect(store?.spec).toMatchObject({ strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } } });
    expect(store?.spec.template.spec).toMatchObject({
      containers: [{ resources: { limits: { "nvidia.com/gpu": "2" } } }],
    });
    expect(() => k8s(shop, { services: [["Store.resources.gpu", "0.5"]] })).toThrow("--Store.resources.gpu=1");
  });

  test("labels that Kubernetes does not take are annotations", () => {
    const { Deployment: [store] = [] } = k8s(shop, {
      services: [["Store.labels.note", "for people, not selectors"]],
    });
    expect(store?.metadata.annotations).toEqual({ note: "for people, not selectors" });
    expect(() => k8s(shop, { services: [['Store.labels["a/b/c"]', "x"]] })).toThrow("a/b/c");
  });

  test("pods are replaced when they are told something else", () => {
    expect(version("a")).toMatch(/^\w{16}$/);
    expect(version("a")).not.toBe(version("b"));
  });

  test("certificates are a Secret that is mounted", () => {
    const { Deployment, StatefulSet } = k8s(shop, { security: "shop-certs" });
    const text = JSON.stringify([Deployment, StatefulSet]);
    expect(text.match(/"secretName":"shop-certs"/g)).toHaveLength(4);
    expect(text).toContain('{"name":"STATOR_SECURITY","value":"/etc/stator/security"}');
  });

  test("an image has to be named", () => {
    expect(() => k8s(shop, { image: null })).toThrow("--image is missing");
  });
});

describe("systemd", () => {
  test("a template for each service, a target for all, ports and GPUs for each worker", () => {
    const asked: Asked = {
      services: [
        ["Store.resources.gpu", "1"],
        ["Front.workers", "2"],
      ],
      gpus: ["0", "1", "2"],
      port: 8100,
    };
    const written = files(shop, "systemd", asked);
    const unit = written["etc/systemd/system/shop-store@.service"] ?? "";
    expect(unit).toContain("--only Store --drain-ms 10000\n");
    for (const line of [
      "TimeoutStopSec=15",
      "CPUQuota=30%",
      `MemoryMax=${628 * 2 ** 20}`,
      "X-Label=team=red",
      "DynamicUser=yes",
    ]) {
      expect(unit).toContain(`\n${line}\n`);
    }
    // The devices are on the machine.
    expect(unit).not.toContain("PrivateDevices");
    expect(written["etc/systemd/system/shop-front@.service"]).toContain("\nPrivateDevices=yes\n");
    const own = (path: string) => written[`etc/shop/${path}`]?.replaceAll(/^#.*\n/gm, "");
    expect(own("store@3.env")).toBe("DYN_SYSTEM_PORT=9092\nSTATOR_GPUS=2\n");
    expect(own("front@2.env")).toBe("DYN_SYSTEM_PORT=9094\nSTATOR_FRONT__PORT=8101\n");
    expect(own("front.env")).toBe("MODE=on\n");
    expect(written["etc/systemd/system/shop.target"]).toContain("Wants=shop-store@3.service\n");
    expect(own("environment")).toContain("DYN_DISCOVERY_BACKEND=file\n");
  });

  test("with servers it reaches other machines; certificates are the unit's own", () => {
    const written = files(shop, "systemd", { etcd: "https://a:1", nats: "nats://b:2", security: "/etc/shop/security" });
    const environment = written["etc/shop/environment"] ?? "";
    for (const line of [
      "ETCD_ENDPOINTS=https://a:1",
      "DYN_TCP_RPC_HOST=0.0.0.0",
      "DYN_EVENT_PLANE=nats",
      "STATOR_TLS_SERVER_NAME=shop",
    ]) {
      expect(environment).toContain(`\n${line}\n`);
    }
    const unit = written["etc/systemd/system/shop-front@.service"] ?? "";
    expect(unit).toContain("LoadCredential=key.pem:/etc/shop/security/key.pem\n");
    expect(unit).toContain("Environment=STATOR_SECURITY=%d\n");
    expect(() => files(shop, "systemd", { security: "certs" })).toThrow("/etc/shop/security");
  });
});

describe("secrets", () => {
  const environment = { STATOR_STORE__KEY: "xyzzy-1", STATOR_STORE__INNER__PASSWORD: "xyzzy-2" };

  test.each(["compose", "k8s", "systemd", "dockerfile"] as const)("%s names them without their values", (rendering) => {
    const text = JSON.stringify(files(shop, rendering, { environment }));
    expect(text).not.toContain("xyzzy");
    for (const name of rendering === "dockerfile" ? [] : Object.keys(environment)) expect(text).toContain(name);
  });

  test("those of a file or of the command line are refused, with the way out", () => {
    expect(() => files(shop, "compose", { services: [["Store.inner.password", "xyzzy"]] })).toThrow(
      "--Store.inner.password: Store.inner.password is a secret and stands there in plain text; take it out, and set STATOR_STORE__INNER__PASSWORD",
    );
    const folder = mkdtempSync(join(tmpdir(), "stator-deploy-"));
    writeFileSync(join(folder, "shop.yaml"), "Store:\n  key: xyzzy\n");
    expect(() => files(shop, "k8s", { configFiles: [join(folder, "shop.yaml")] })).toThrow(
      /shop\.yaml:2:8: Store\.key is a secret/,
    );
    rmSync(folder, { recursive: true });
  });

  test("a list with a secret in it is one", () => {
    const peers = '[{"name":"a","token":"xyzzy-3"}]';
    expect(() => files(shop, "compose", { services: [["Store.peers", peers]] })).toThrow("STATOR_STORE__PEERS");
    const text = files(shop, "compose", { environment: { STATOR_STORE__PEERS: peers } })["compose.yaml"] ?? "";
    expect(text).not.toContain("xyzzy");
    expect(text).toContain("STATOR_STORE__PEERS: ${STATOR_STORE__PEERS:?");
  });

  test("variables that look like one have to be given by reference", () => {
    const services: ServiceOption[] = [["Store.env.API_TOKEN", "xyzzy"]];
    expect(() => files(shop, "compose", { services })).toThrow("--secret API_TOKEN");
    expect(() => files(shop, "compose", { env: { DB_PASSWORD: "xyzzy" } })).toThrow("--secret DB_PASSWORD");
    const told = composeServices(compose(shop, { services, secrets: ["API_TOKEN"] }));
    expect(told["store"]?.environment["API_TOKEN"]).toStartWith("${API_TOKEN:?");
    // Nobody else asks for it.
    expect(told["front"]?.environment).not.toHaveProperty("API_TOKEN");
    expect(() => files(shop, "compose", { etcd: "http://user:xyzzy@a:1" })).toThrow("--secret ETCD_AUTH_PASSWORD");
  });
});

describe("what cannot be deployed", () => {
  test.each<[string, Rendering, Asked, string]>([
    ["workers that follow from the machine", "compose", { services: [["Store.workers", "auto"]] }, "--Store.workers=2"],
    ["GPUs of a machine that nobody knows", "systemd", { services: [["Store.resources.gpu", "1"]] }, "--gpus 0,1"],
    [
      "more GPUs than there are",
      "compose",
      { services: [["Store.resources.gpu", "1"]], gpus: ["0"] },
      "1 GPU is there",
    ],
    [
      "a file outside of the project",
      "compose",
      { target: "../elsewhere.ts#shop" },
      "run this from the project's folder",
    ],
    ["no project", "dockerfile", { project: import.meta.dir }, "package.json"],
    ["an address of loopback in a container", "k8s", { etcd: "http://127.0.0.1:2379" }, "the container itself"],
    ["an address that is none", "compose", { nats: "nowhere" }, "nats://nats.internal:4222"],
    ["a name that is none", "k8s", { name: "Shop_1" }, "small letters"],
    [
      "two services with one port",
      "k8s",
      {
        services: [
          ["Front.port", "1"],
          ["Store.port", "1"],
        ],
      },
      "Store has no @api method",
    ],
  ])("%s", (_, rendering, asked, words) => {
    expect(() => files(shop, rendering, asked)).toThrow(words);
  });

  test("two services that would have one name", () => {
    @service({ namespace: "other", name: "store" })
    class Elder {
      @endpoint()
      async get(_request: null): Promise<string> {
        return "";
      }
    }
    @service({ namespace: "shop" })
    class Both {
      store = depends(Store);
      elder = depends(Elder);
    }
    expect(planned(graph(Both), "compose").services.map(({ name }) => name)).toEqual([
      "shop-store",
      "other-store",
      "both",
    ]);
  });
});

test("what somebody else has written is left alone", () => {
  const folder = mkdtempSync(join(tmpdir(), "stator-deploy-"));
  const rendered = render(planned(shop, "dockerfile")).files;
  expect(writeFiles(folder, rendered, false)).toHaveLength(2);
  expect(writeFiles(folder, rendered, false)).toHaveLength(2);
  writeFileSync(join(folder, "Dockerfile"), "FROM scratch\n");
  expect(() => writeFiles(folder, rendered, false)).toThrow("--force");
  expect(readFileSync(join(folder, "Dockerfile"), "utf8")).toBe("FROM scratch\n");
  writeFiles(folder, rendered, true);
  expect(readFileSync(join(folder, "Dockerfile"), "utf8")).toContain("oven/bun:");
  rmSync(folder, { recursive: true });
});
