import { isAbsolute } from "node:path";

import { UsageError } from "../cli/usage-error.ts";
import type { Deployment, Rendered, RenderedFile } from "./deployment.ts";
import { header } from "./header.ts";
import { machineGpus } from "./machine-gpus.ts";
import { machinePorts } from "./machine-ports.ts";
import { commonEnvironment, places, workerEnvironment } from "./systemd-environment.ts";
import { environmentFile } from "./systemd-texts.ts";
import { graphTarget, serviceUnit } from "./systemd-unit.ts";

/** Units for one machine: a template for each service, a target for all, and their environment. */
export function renderSystemd(deployment: Deployment): Rendered {
  const { name, services, configuration, options } = deployment;
  if (options.security !== null && !isAbsolute(options.security)) {
    throw new UsageError(
      `--security: "${options.security}" has to be the whole path of a folder on the machine: /etc/${name}/security.`,
    );
  }
  const steps = stepsOf(deployment);
  const head = header(deployment);
  const units = "etc/systemd/system";
  const settings = `etc/${name}`;
  const files: RenderedFile[] = [
    { path: `${units}/${name}.target`, text: `${header(deployment, steps)}${graphTarget(deployment)}` },
    ...services.map((each) => ({
      path: `${units}/${name}-${each.name}@.service`,
      text: `${head}${serviceUnit(deployment, each)}`,
    })),
    { path: `${settings}/environment`, text: `${head}${environmentFile(commonEnvironment(deployment))}` },
    ...services.flatMap((each) =>
      isEmpty(each.env) ? [] : [{ path: `${settings}/${each.name}.env`, text: `${head}${environmentFile(each.env)}` }],
    ),
    ...workerFiles(deployment).map(({ path, variables }) => ({
      path: `${settings}/${path}`,
      text: `${head}${environmentFile(variables)}`,
    })),
    { path: `${settings}/stator.json`, text: configuration },
  ];
  return { files, steps };
}

function isEmpty(variables: object): boolean {
  return Object.keys(variables).length === 0;
}

function workerFiles(deployment: Deployment): { readonly path: string; readonly variables: Record<string, string> }[] {
  const ports = machinePorts(deployment);
  const gpus = machineGpus(deployment);
  let workers = 0;
  return deployment.services.flatMap((service) =>
    Array.from({ length: service.replicas }, (_, index) => {
      const first = ports.get(service.name);
      const port = first === undefined ? null : first + index;
      const variables = workerEnvironment(service, port, workers++, gpus.get(service.name)?.[index] ?? null);
      return { path: `${service.name}@${index + 1}.env`, variables };
    }),
  );
}

function stepsOf(deployment: Deployment): string[] {
  const { name, services, options } = deployment;
  const { project, settings } = places(deployment);
  const secrets = [...new Set(services.flatMap((each) => each.secrets))].toSorted();
  return [
    `copy the project with its node_modules to ${project}; bun has to be on the PATH of ${settings}/environment`,
    ...(secrets.length === 0
      ? []
      : [`write ${secrets.join(", ")} to ${settings}/secrets.env, which only root may read`]),
    ...(options.security === null ? [] : [`stator certs --name ${name} --name 127.0.0.1 ${options.security}`]),
    "copy etc to /etc",
    `systemctl daemon-reload; systemctl enable --now ${name}.target`,
  ];
}
