/** The steps of the container file, taken by hand: what they leave runs as another user, who may write nothing there. */
import { afterAll, expect, test } from "bun:test";
import { chmodSync, chownSync, copyFileSync, cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { lines } from "../../scripts/lib/lines.ts";
import { root, within } from "../support/command.ts";
import { composeProcesses, ConfigurationFile, deployed, textOf } from "../support/rendered.ts";

const TARGET = ["apps/examples/configured-graph/graphs.ts#echo", "-f", "apps/examples/configured-graph/stator.yaml"];
const LIMIT_MS = 300_000;

const folder = mkdtempSync(join(tmpdir(), "stator-image-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What the image is built of: the project without what is installed, but with the addon that was built. */
async function context(into: string): Promise<void> {
  const listed = await Bun.$`git ls-files -z --cached --others --exclude-standard`.cwd(root).text();
  const addons = [...new Bun.Glob("packages/runtime-native/*.node").scanSync(root)];
  for (const path of [...listed.split("\0").filter((each) => each !== ""), ...addons]) {
    mkdirSync(dirname(join(into, path)), { recursive: true });
    cpSync(join(root, path), join(into, path));
  }
}

/** Carries out the steps; each stage is a folder. Gives that of the last one, with its variables, user and command. */
async function built(text: string, bun: string) {
  const environment: Record<string, string> = { PATH: `${dirname(bun)}:${process.env["PATH"] ?? ""}` };
  const stages = new Map<string, string>();
  let at = "";
  let user = 0;
  let entry: string[] = [];
  for (const line of text.split("\n").filter((each) => each !== "" && !each.startsWith("#"))) {
    const [, step = "", rest = ""] = /^(\w+) (.*)$/.exec(line) ?? [];
    const copied = /^--from=(\w+) (\S+) (\S+)$/.exec(rest);
    if (step === "FROM") {
      at = join(folder, `stage-${stages.size}`);
      mkdirSync(at);
      stages.set(rest.split(" AS ")[1] ?? "", at);
    } else if (step === "COPY" && copied !== null)
      cpSync(stages.get(copied[1] ?? "") ?? "", at, { recursive: true, verbatimSymlinks: true });
    else if (step === "COPY") await context(at);
    else if (step === "RUN")
      await Bun.$`sh -c ${rest}`
        .cwd(at)
        .env({ ...(process.env as Record<string, string>), ...environment })
        .quiet();
    else if (step === "ENV") environment[rest.split("=")[0] ?? ""] = rest.split("=")[1] ?? "";
    else if (step === "USER") user = Number(rest.split(":")[0]);
    else if (step === "ENTRYPOINT") entry = JSON.parse(rest) as string[];
    else expect(["WORKDIR", "EXPOSE", "STOPSIGNAL", "CMD"]).toContain(step);
  }
  return { at, environment, user, entry };
}

test("the steps leave what runs the graph", async () => {
  chmodSync(folder, 0o755);
  // The image's own Bun is for everybody; this one may be in somebody's home.
  const bun = join(folder, "bin", "bun");
  mkdirSync(dirname(bun));
  copyFileSync(process.execPath, bun);
  const text = textOf(await deployed([...TARGET, "--render", "dockerfile"]), "Dockerfile");
  const { at, environment, user, entry } = await built(text, bun);
  expect([user, entry]).toEqual([1000, ["bun", "node_modules/.bin/stator"]]);

  const compose = await deployed([...TARGET, "--render", "compose", "--EchoEngine.workers=1"]);
  const { processes, configuration } = composeProcesses(textOf(compose, "compose.yaml"), {});
  using file = new ConfigurationFile(configuration);
  chmodSync(dirname(file.path), 0o755);
  const tmp = join(folder, "tmp");
  mkdirSync(tmp);
  const isRoot = process.getuid?.() === 0;
  if (isRoot) chownSync(tmp, user, user);
  const asUser = isRoot ? ["setpriv", `--reuid=${user}`, `--regid=${user}`, "--clear-groups", "--no-new-privs"] : [];
  const own = {
    ...{ TMPDIR: tmp, STATOR_CONFIG: file.path, DYN_DISCOVERY_BACKEND: "file", DYN_FILE_KV: join(tmp, "discovery") },
    ...{ DYN_TCP_RPC_HOST: "127.0.0.1", DYN_TCP_RPC_PORT: "0", DYN_TCP_RESPONSE_STREAM_HOST: "127.0.0.1" },
    ...{ DYN_SYSTEM_HOST: "127.0.0.1", DYN_SYSTEM_PORT: "0", DYN_HTTP_HOST: "127.0.0.1", DYN_HTTP_PORT: "0" },
    ...{ DYN_EVENT_PLANE: "zmq", HOME: "/nowhere" },
  };
  const running: Bun.Subprocess<"ignore", "pipe", "inherit">[] = [];
  try {
    let url = "";
    for (const { argv, environment: said } of processes) {
      const child = Bun.spawn([...asUser, ...argv], {
        cwd: at,
        env: { ...environment, ...said, ...own },
        stdio: ["ignore", "pipe", "inherit"],
      });
      running.push(child);
      url = await within(readyUrl(child.stdout), `${argv.join(" ")} is ready`, LIMIT_MS);
    }
    const init = { method: "POST", body: '{"text":"a few words"}' };
    expect(await (await fetch(`${url}/answer`, init)).text()).toBe('"> a"\n"> few"\n"> words"\n');
  } finally {
    for (const child of running.toReversed()) child.kill("SIGTERM");
  }
  expect(await Promise.all(running.map((child) => child.exited))).toEqual([0, 0]);
});

async function readyUrl(stream: ReadableStream<Uint8Array>): Promise<string> {
  for await (const line of lines(stream)) {
    const [, url] = /^ready (\S+)/.exec(line) ?? [];
    if (url !== undefined) return url;
  }
  throw new Error("it ended without being ready");
}
