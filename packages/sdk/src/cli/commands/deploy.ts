import { relative, resolve } from "node:path";

import { loadLayers } from "../../configuration/load-layers.ts";
import {
  type DeployOptions,
  type Deployment,
  type Rendered,
  type Rendering,
  RENDERINGS,
} from "../../deploy/deployment.ts";
import { planDeployment } from "../../deploy/plan-deployment.ts";
import { render } from "../../deploy/render.ts";
import { writeFiles } from "../../deploy/write-files.ts";
import { readEnvironment } from "../../definition/text-map.ts";
import { loadGraph } from "../../graph/load-graph.ts";
import { readGpuList } from "../../resources/gpu-inventory.ts";
import {
  type CliCommand,
  CONFIGURATION_OPTIONS,
  flag,
  JSON_OPTION,
  listOption,
  numberOption,
  textOption,
} from "../cli-command.ts";
import { print, printJson, printLines } from "../command-output.ts";
import { suggestion } from "../../definition/nearest-name.ts";
import { commandLine } from "../command-line-text.ts";
import { UsageError } from "../usage-error.ts";

interface DeployFlags {
  readonly render?: string;
  readonly configFile?: string[];
  readonly profile?: string[];
  readonly out?: string;
  readonly force?: true;
  readonly name?: string;
  readonly image?: string;
  readonly namespace?: string;
  readonly etcd?: string;
  readonly nats?: string;
  readonly requestPlane?: string;
  readonly security?: string;
  readonly secret?: string[];
  readonly env?: string[];
  readonly gpus?: string;
  readonly port?: number;
  readonly drainMs?: number;
  readonly json?: true;
}

/** `stator deploy` */
export const deployCommand: CliCommand<DeployFlags> = {
  usage: "deploy <target>",
  summary: "writes manifests that run a graph on other machines",
  options: [
    textOption("--render <kind>", `what to write: ${RENDERINGS.join(", ")}`),
    textOption("--out <folder>", "writes the files there, in place of standard output"),
    flag("--force", "with --out: replaces files that something else has written"),
    ...CONFIGURATION_OPTIONS(),
    textOption("--name <name>", "what all objects are named after (default: the graph's name)"),
    textOption("--image <image>", "image of the services; k8s needs one, compose builds one without"),
    textOption("--namespace <name>", "k8s: namespace of all objects (default: the one that they are applied to)"),
    textOption("--etcd <endpoints>", "an etcd that is there, in place of one of its own"),
    textOption("--nats <servers>", "a NATS that is there, in place of one of its own"),
    textOption("--request-plane <plane>", "how calls travel: tcp, dynamo or nats (default tcp)"),
    textOption("--security <where>", "certificates and token: a Secret (k8s) or a folder, as stator certs makes it"),
    listOption("--env <NAME=value>", "a variable for all services; may be given several times"),
    listOption("--secret <NAME>", "a variable that is given by reference; may be given several times"),
    textOption("--gpus <list>", "compose, systemd: the GPUs of the machine, such as 0,1"),
    numberOption("--port <port>", "HTTP port of the root; others take the next ones (default 8000)", 1, 65_535),
    numberOption("--drain-ms <time>", "time for open calls to end when stopping (default 10000)", 0, 86_400_000),
    JSON_OPTION(),
  ],
  takesServiceOptions: true,
  more: `<target> is <file>#<Name>, as for stator serve; run it from the project's folder. Nothing is started.
Without --out the manifests are printed, without the files that build the image.

  stator deploy --render compose app.ts#App --out deploy
  stator deploy --render k8s app.ts#App -f stator.yaml --image example/app:1.2 --namespace prod
  stator deploy --render systemd app.ts#App --etcd http://10.0.0.1:2379 --Worker.workers=2 --out deploy
  stator deploy --render dockerfile app.ts#App --out .

Secrets stand in no file: what the configuration marks as such is taken from the environment by its variable, and
--secret names more of them.`,
  async run({ positionals: [target = ""], options, services }) {
    const layers = loadLayers(
      { files: options.configFile ?? [], profiles: options.profile ?? [], options: services },
      process.env,
    );
    const asked = deployOptions(target, options, services);
    const nodes = (await loadGraph(target)).nodes(layers);
    for (const warning of layers.check(nodes.map(({ definition }) => definition)))
      process.stderr.write(`stator: ${warning}\n`);
    const deployment = planDeployment(nodes, asked);
    const rendered = render(deployment);
    const written = options.out === undefined ? null : writeFiles(asked.out, rendered.files, options.force === true);
    if (options.json === true) printJson(asJson(deployment, rendered, written));
    else if (written === null) printFiles(asked.rendering, rendered);
    else printLines(written.map((path) => `wrote ${shown(path)}`));
    return 0;
  },
};

function deployOptions(
  target: string,
  flags: DeployFlags,
  services: readonly (readonly [string, string])[],
): DeployOptions {
  const rendering = renderingOf(flags.render);
  const { namespace = null, image = null, requestPlane = null } = flags;
  if (namespace !== null && rendering !== "k8s")
    throw new UsageError("--namespace is for --render k8s; the others have none.");
  if (namespace !== null && !/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(namespace)) {
    throw new UsageError(`--namespace: "${namespace}" is no name; use at most 63 small letters, digits and "-".`);
  }
  if (image !== null && !/^[a-z0-9][\w./:@-]*$/.test(image)) {
    throw new UsageError(`--image: "${image}" is no image; write one like example/app:1.2.`);
  }
  if (requestPlane !== null && !["tcp", "dynamo", "nats"].includes(requestPlane)) {
    throw new UsageError(`--request-plane: "${requestPlane}" is not one of tcp, dynamo, nats.`);
  }
  const project = process.cwd();
  return {
    rendering,
    target,
    project,
    out: resolve(project, flags.out ?? "."),
    command: commandLine("deploy", target, flags, services),
    name: flags.name ?? null,
    image,
    namespace,
    etcd: flags.etcd ?? null,
    nats: flags.nats ?? null,
    requestPlane,
    security: flags.security ?? null,
    secrets: secretNames(flags.secret ?? []),
    env: variables(flags.env ?? []),
    gpus: flags.gpus === undefined ? null : readGpuList(flags.gpus),
    port: flags.port ?? 8000,
    drainMs: flags.drainMs ?? 10_000,
  };
}

function renderingOf(said: string | undefined): Rendering {
  const found = RENDERINGS.find((each) => each === said);
  if (found !== undefined) return found;
  if (said === undefined) throw new UsageError(`Say what to write: --render ${RENDERINGS.join(" | ")}.`);
  throw new UsageError(`--render: there is no "${said}"; ${suggestion(said, RENDERINGS)}`);
}

function variables(said: readonly string[]): Record<string, string> {
  const pairs = said.map((each) => {
    const at = each.indexOf("=");
    if (at < 1) throw new UsageError(`--env: "${each}" is no variable; write NAME=value.`);
    return [each.slice(0, at), each.slice(at + 1)] as const;
  });
  return readEnvironment("--env", Object.fromEntries(pairs));
}

function secretNames(said: readonly string[]): string[] {
  const wrong = said.find((each) => !/^[A-Za-z_][A-Za-z0-9_]*$/.test(each));
  if (wrong === undefined) return [...new Set(said)].toSorted();
  const name = wrong.slice(0, Math.max(0, wrong.indexOf("=")));
  throw new UsageError(
    `--secret takes the name of a variable, without its value${name === "" ? "" : `: --secret ${name}`}.`,
  );
}

function shown(path: string): string {
  const inside = relative(process.cwd(), path);
  return inside.startsWith("..") ? path : inside;
}

/** Units stand in many files; of the others the first has it all. */
function printFiles(rendering: Rendering, { files }: Rendered): void {
  if (rendering === "compose" || rendering === "k8s") print(files[0]?.text ?? "");
  else print(files.map(({ path, text }) => `# ${path}\n${text}`).join("\n"));
}

function asJson(
  { name, services, elsewhere }: Deployment,
  { files, steps }: Rendered,
  written: readonly string[] | null,
): object {
  return {
    name,
    services: services.map(({ className, id, name: own, replicas, port, secrets }) => ({
      className,
      id,
      name: own,
      replicas,
      port,
      secrets,
    })),
    elsewhere,
    steps,
    files,
    written,
  };
}
