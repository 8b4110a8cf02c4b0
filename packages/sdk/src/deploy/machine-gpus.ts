import { UsageError } from "../cli/usage-error.ts";
import { GpuPool } from "../resources/gpu-pool.ts";
import type { DeployedService, Deployment } from "./deployment.ts";

/** The GPUs of each replica on one machine, by the service's name: as many lists as there are replicas. */
export function machineGpus({ services, options }: Deployment): Map<string, readonly (readonly string[])[]> {
  const needy = services.filter(({ resources }) => resources.gpu > 0);
  const [first] = needy;
  if (first === undefined) return new Map();
  if (options.gpus === null) {
    throw new UsageError(
      `${first.className} wants ${first.resources.gpu} GPU, and nobody knows here which GPUs the machine has; say them: --gpus 0,1.`,
    );
  }
  const pool = new GpuPool(options.gpus);
  return new Map(
    needy.map((service) => [service.name, Array.from({ length: service.replicas }, () => taken(service, pool))]),
  );
}

function taken({ className, replicas, resources: { gpu } }: DeployedService, pool: GpuPool): readonly string[] {
  const gpus = pool.take(gpu);
  if (gpus !== null) return gpus;
  throw new UsageError(
    `${className}: ${replicas} ${replicas === 1 ? "worker" : "workers"} with ${gpu} GPU each need more than there is: ${pool.text} there. ` +
      `Name more with --gpus, or ask for fewer: --${className}.workers=1.`,
  );
}
