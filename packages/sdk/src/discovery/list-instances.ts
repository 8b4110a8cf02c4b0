import { invalidArgument } from "../definition/invalid-argument.ts";
import { etcdRecords } from "./etcd-records.ts";
import { defaultFolder, fileRecords } from "./file-records.ts";
import type { RegisteredInstance } from "./registered-instance.ts";

type Environment = Record<string, string | undefined>;

/** The discovery that the environment chooses, for people. */
export function discoveryName(environment: Environment): string {
  const backend = backendOf(environment);
  if (backend === "file") return `file discovery in ${folderOf(environment)}`;
  if (backend === "etcd") return `etcd at ${environment["ETCD_ENDPOINTS"] ?? "http://127.0.0.1:2379"}`;
  return `${backend} discovery`;
}

/** Every instance that discovery knows, by endpoint and id. */
export async function listInstances(environment: Environment = process.env): Promise<RegisteredInstance[]> {
  const backend = backendOf(environment);
  if (backend !== "file" && backend !== "etcd") {
    throw invalidArgument(`${backend} discovery reaches one process only, and cannot be listed from another.`);
  }
  const found = backend === "file" ? fileRecords(folderOf(environment)) : await etcdRecords(environment);
  return found.toSorted((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1));
}

function orderOf({ namespace, component, endpoint, instanceId }: RegisteredInstance): string {
  return [namespace, component, endpoint, instanceId.padStart(20, "0")].join("/");
}

function backendOf({ DYN_DISCOVERY_BACKEND: backend, ETCD_ENDPOINTS: endpoints = "" }: Environment): string {
  if (backend === undefined || backend === "") return endpoints.trim() === "" ? "file" : "etcd";
  return backend === "mem" ? "memory" : backend;
}

/** Empty is none, for the runtime too. */
function folderOf(environment: Environment): string {
  const { DYN_FILE_KV: folder = "" } = environment;
  return folder === "" ? defaultFolder(environment) : folder;
}
