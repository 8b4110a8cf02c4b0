/** What `stator deploy` writes runs: the processes of its manifests, with other addresses, answer through the graph. */
import { expect, test } from "bun:test";

import { Etcd, guardedTls } from "../../scripts/lib/servers/etcd.ts";
import { Nats } from "../../scripts/lib/servers/nats.ts";
import { Certificates } from "../support/certificates.ts";
import { Command, root } from "../support/command.ts";
import {
  composeProcesses,
  ConfigurationFile,
  deployed,
  k8sProcesses,
  type RenderedProcess,
  systemdProcesses,
  textOf,
} from "../support/rendered.ts";

const TARGET = "tests/e2e/fixtures/deployed.ts#Front";
/** Everything that one of the formats reads as something else. */
const ODD = `a $HOME $$x \${y:-z} $(MODE) %i "quoted" 'single' \\n back\`tick\` # hash`;
const SECRETS = { STATOR_KEEPER__KEY: 'se"cret $1', EXTRA: "by reference" };
const TOLD = [
  `--Keeper.greeting=${ODD}`,
  "--Keeper.seed=18446744073709551615",
  `--Keeper.env.MODE=${ODD}`,
  "--secret",
  "EXTRA",
];

/** One process less to start. */
const ONE = ["--Keeper.workers=1"];

/** Starts processes as their manifest has them, on loopback; gives what the front answers to the first call. */
async function answerOf(
  processes: readonly RenderedProcess[],
  configuration: string,
  changes: Record<string, string>,
  path = "/tell",
): Promise<{ answer: unknown; codes: number[] }> {
  using file = new ConfigurationFile(configuration);
  await using stack = new AsyncDisposableStack();
  const commands: Command[] = [];
  let url = "";
  // One after another: a loaded machine starts one process in time, and not ten.
  for (const {
    argv: [program, ...argv],
    environment,
  } of processes) {
    expect(program).toBe("bun");
    const here = Object.fromEntries(Object.keys(environment).flatMap((name) => onLoopback(name)));
    const command = stack.use(new Command(argv, { ...environment, ...here, ...changes, STATOR_CONFIG: file.path }));
    commands.push(command);
    const [, address = ""] = await command.line(/^ready (\S+)/);
    if (address.startsWith("http")) url = address;
  }
  const init = path === "/tell" ? {} : { method: "POST", body: '{"text":"a b"}' };
  const response = await fetch(`${url}${path}`, init);
  const answer: unknown = await response.json();
  for (const command of commands.toReversed()) command.signal("SIGTERM");
  return { answer, codes: await Promise.all(commands.map((command) => command.exited)) };
}

/** In place of what only a container or a machine of its own may have. */
function onLoopback(name: string): [string, string][] {
  if (/^(?:DYN_TCP_RPC|DYN_TCP_RESPONSE_STREAM|DYN_SYSTEM|DYN_HTTP)_HOST$/.test(name)) return [[name, "127.0.0.1"]];
  if (/^DYN_(?:TCP_RPC|SYSTEM|HTTP)_PORT$/.test(name) || /^STATOR_\w+__PORT$/.test(name)) return [[name, "0"]];
  return [];
}

const ANSWER = {
  greeting: ODD,
  key: SECRETS.STATOR_KEEPER__KEY,
  seed: "18446744073709551615",
  mode: ODD,
  extra: SECRETS.EXTRA,
};

function expectAnswer({ answer, codes }: { answer: unknown; codes: number[] }, count = 3): void {
  const { seed, ...rest } = answer as { seed: number };
  expect({ ...rest, seed: BigInt(seed).toString() }).toMatchObject({
    ...ANSWER,
    seed: expect.stringMatching(/^1844674407370955/),
  });
  expect(codes).toEqual(Array<number>(count).fill(0));
}

test("compose: its processes answer, and stop in order", async () => {
  await using etcd = await Etcd.start();
  await using nats = await Nats.start();
  const rendered = await deployed([TARGET, "--render", "compose", ...TOLD], SECRETS);
  const text = textOf(rendered, "compose.yaml");
  expect(text).not.toContain("cret $1");
  const { processes, configuration } = composeProcesses(text, SECRETS);
  const changes = { ETCD_ENDPOINTS: etcd.endpoint, NATS_SERVER: nats.url };
  expectAnswer(await answerOf(processes, configuration, changes));
});

test("compose: with certificates its processes talk over TLS alone", async () => {
  using certificates = new Certificates();
  const names = ["front", "etcd", "nats", "127.0.0.1"].flatMap((each) => ["--name", each]);
  const security = await certificates.make("cluster", ...names);
  await using etcd = await Etcd.start({ tls: guardedTls(security) });
  await using nats = await Nats.start({ security });
  const rendered = await deployed([TARGET, "--render", "compose", "--security", security, ...TOLD, ...ONE], SECRETS);
  const { processes, configuration } = composeProcesses(textOf(rendered, "compose.yaml"), SECRETS);
  for (const { environment } of processes) {
    expect(environment).toMatchObject({ ETCD_ENDPOINTS: "https://etcd:2379", NATS_SERVER: "tls://nats:4222" });
  }
  // The name of the step is the one that the certificates have to have.
  expect(rendered.steps.join("\n")).toContain(`stator certs ${names.join(" ")} `);
  const changes = { ETCD_ENDPOINTS: etcd.endpoint, NATS_SERVER: nats.url, STATOR_SECURITY: security };
  expectAnswer(await answerOf(processes, configuration, changes), 2);
});

test("k8s: its containers answer, and stop in order", async () => {
  await using etcd = await Etcd.start();
  await using nats = await Nats.start();
  const rendered = await deployed([TARGET, "--render", "k8s", "--image", "example/front:1", ...TOLD], SECRETS);
  const text = textOf(rendered, "k8s.yaml");
  expect(text).not.toContain("cret $1");
  const { processes, configuration } = k8sProcesses(text, SECRETS, "127.0.0.1");
  expectAnswer(await answerOf(processes, configuration, { ETCD_ENDPOINTS: etcd.endpoint, NATS_SERVER: nats.url }));
});

test("k8s: a program of its own is started by its supervisor", async () => {
  await using etcd = await Etcd.start();
  await using nats = await Nats.start();
  const rendered = await deployed([
    "tests/e2e/fixtures/commands.ts#Front",
    "--render",
    "k8s",
    "--image",
    "example/x:1",
    "--Counter.workers=1",
  ]);
  const { processes, configuration } = k8sProcesses(textOf(rendered, "k8s.yaml"), {}, "127.0.0.1");
  expect(processes.map(({ argv }) => argv.includes("--in-process"))).toEqual([false, true]);
  const { STATOR_RUN_DIR = "" } = process.env;
  const changes = { ETCD_ENDPOINTS: etcd.endpoint, NATS_SERVER: nats.url, STATOR_RUN_DIR };
  expect(await answerOf(processes, configuration, changes, "/count")).toEqual({
    answer: { words: 2 },
    codes: [0, 0],
  });
});

test("systemd: its units answer without any server, and stop in order", async () => {
  const rendered = await deployed([TARGET, "--render", "systemd", ...TOLD, ...ONE], SECRETS);
  expect(JSON.stringify(rendered)).not.toContain("cret $1");
  const { processes, configuration } = systemdProcesses(rendered, SECRETS);
  expect(processes[0]?.environment).toMatchObject({
    DYN_DISCOVERY_BACKEND: "file",
    DYN_FILE_KV: "/run/front/discovery",
  });
  const { DYN_FILE_KV = "", STATOR_RUN_DIR = "", PATH = "" } = process.env;
  const own = { DYN_FILE_KV: `${DYN_FILE_KV}-deployed`, STATOR_RUN_DIR, PATH };
  expectAnswer(await answerOf(processes, configuration, own), 2);
});

test("compose: the health check says what the system server says", async () => {
  const rendered = await deployed([TARGET, "--render", "compose"], SECRETS);
  const { services } = Bun.YAML.parse(textOf(rendered, "compose.yaml")) as {
    services: Record<string, { healthcheck: { test: string[] } }>;
  };
  const [kind, program, ...argv] = services["keeper"]?.healthcheck.test ?? [];
  expect([kind, program]).toEqual(["CMD", "bun"]);
  let status = 200;
  using server = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Response("", { status }) });
  const ask = async () => {
    await using command = new Command(argv.map((each) => each.replace("127.0.0.1:9090", `127.0.0.1:${server.port}`)));
    return await command.exited;
  };
  expect(await ask()).toBe(0);
  status = 503;
  expect(await ask()).toBe(1);
});

test("the container file copies and runs what is there", async () => {
  const rendered = await deployed([TARGET, "--render", "dockerfile"], SECRETS);
  const steps = textOf(rendered, "Dockerfile");
  const [, entry = "[]"] = /^ENTRYPOINT (.*)$/m.exec(steps) ?? [];
  const [, front = "[]"] = /^CMD (.*)$/m.exec(steps) ?? [];
  const [program, ...argv] = [...(JSON.parse(entry) as string[]), ...(JSON.parse(front) as string[]), "--dry-run"];
  expect(program).toBe("bun");
  await using command = new Command(argv, SECRETS);
  expect([await command.exited, command.text]).toEqual([0, expect.stringContaining("Front")]);
  const { packageManager } = (await Bun.file(`${root}/package.json`).json()) as { packageManager: string };
  expect(steps).toContain(`FROM oven/${packageManager.replace("@", ":")}-slim\n`);
});
