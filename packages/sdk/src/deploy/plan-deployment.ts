import { isAbsolute, relative, resolve, sep } from "node:path";

import { UsageError } from "../cli/usage-error.ts";
import type { GraphNode } from "../graph/service-graph.ts";
import type { ServiceDescription } from "../supervision/messages.ts";
import { describeGraph } from "../supervisor/describe-graph.ts";
import { planPorts } from "../supervisor/worker-plan.ts";
import { configurationDocument, deployedSection } from "./configuration-document.ts";
import type { DeployedService, Deployment, DeployOptions } from "./deployment.ts";
import { checkAddresses } from "./check-addresses.ts";
import { deploymentName, serviceNames } from "./object-names.ts";
import { checkVariables, secretVariables } from "./secrets.ts";

/** Names that the servers have. */
const RESERVED = ["etcd", "nats"];

/** Decides what is deployed. Throws a usage error for a graph that cannot be, and says what would help. */
export function planDeployment(nodes: readonly GraphNode[], options: DeployOptions): Deployment {
  const described = describeGraph(nodes);
  const target = targetInProject(options);
  const name = deploymentName(options.name, target, described.at(-1)?.className ?? "");
  checkAddresses(options);
  checkVariables("--env", options.env);
  const ports = planPorts(described, described, options.port);
  const objects = serviceNames(described, name, RESERVED);
  const nameOf = new Map(described.map(({ id }, index) => [id, objects[index] ?? id]));
  // Every process of a graph makes all its classes, so each needs what any of them needs.
  const secrets = described.flatMap(({ explanations }) => secretVariables(explanations));
  const services = described.map((each, index): DeployedService => {
    const env = ownEnvironment(each, options);
    const before = described.slice(0, index).map(({ id }) => id);
    return {
      className:
        described.filter(({ className }) => className === each.className).length > 1 ? each.id : each.className,
      id: each.id,
      name: objects[index] ?? each.id,
      replicas: replicasOf(each),
      resources: each.resources,
      port: ports.get(each) ?? null,
      labels: each.labels,
      env,
      secrets: [...new Set([...secrets, ...referencedBy(each, described, options)])].toSorted(),
      after: each.dependsOn.flatMap((id) => (before.includes(id) ? (nameOf.get(id) ?? []) : [])),
      command: commandInProject(each, options),
    };
  });
  const sections = new Map(
    nodes.map((node, index) => [node.definition.id, deployedSection(node, described[index]?.explanations ?? [])]),
  );
  return {
    name,
    target,
    services,
    configuration: configurationDocument(sections),
    elsewhere: elsewhereOf(nodes),
    options,
  };
}

function targetInProject({ target, project, rendering }: DeployOptions): string {
  const hash = target.lastIndexOf("#");
  const file = hash === -1 ? target : target.slice(0, hash);
  const path = relative(project, resolve(project, file));
  if (!isOutside(path)) return `${path.split(sep).join("/")}${hash === -1 ? "" : target.slice(hash)}`;
  const what = rendering === "systemd" ? "what is copied to the machine" : "what the image is built of";
  throw new UsageError(
    `${file} is not below ${project}, and that folder is ${what}; run this from the project's folder.`,
  );
}

/** The program itself is looked for where it runs: the graph is loaded there, and may name it otherwise. */
function commandInProject({ className, command }: ServiceDescription, { project }: DeployOptions) {
  if (command === null || !isOutside(relative(project, command.cwd))) return command;
  throw new UsageError(
    `${className}: its folder ${command.cwd} is not below ${project}, and will not be there where the graph runs; name one ` +
      "of the project as cwd.",
  );
}

function isOutside(path: string): boolean {
  return path === ".." || path.startsWith(`..${sep}`) || isAbsolute(path);
}

function replicasOf({ className, workers }: ServiceDescription): number {
  if (workers !== "auto") return workers;
  throw new UsageError(
    `${className} has workers: "auto", and nobody knows here what the machine carries; say how many: --${className}.workers=2.`,
  );
}

function ownEnvironment({ className, defaultEnv, command, env }: ServiceDescription, options: DeployOptions) {
  const said = Object.entries({ ...options.env, ...defaultEnv, ...command?.env, ...env });
  const given = said.filter((each): each is [string, string] => each[1] !== null && !options.secrets.includes(each[0]));
  const sorted = Object.fromEntries(given.toSorted(([a], [b]) => (a < b ? -1 : 1)));
  checkVariables(className, sorted);
  return sorted;
}

/** Of the variables that are given by reference: those that the service names itself, and those that nobody names. */
function referencedBy(
  service: ServiceDescription,
  all: readonly ServiceDescription[],
  { secrets }: DeployOptions,
): string[] {
  return secrets.filter((each) => names(service, each) || !all.some((other) => names(other, each)));
}

function names({ defaultEnv, env, command }: ServiceDescription, variable: string): boolean {
  return [defaultEnv, env, command?.env ?? {}].some((each) => Object.hasOwn(each, variable));
}

function elsewhereOf(nodes: readonly GraphNode[]): string[] {
  const inside = new Set(nodes.map(({ definition }) => definition.id));
  const called = nodes.flatMap((node) =>
    node.kind === "class" ? node.dependencies.map(({ target }) => `${target.namespace}.${target.component}`) : [],
  );
  return [...new Set(called)].filter((id) => !inside.has(id)).toSorted();
}
