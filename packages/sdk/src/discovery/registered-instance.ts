import { parseJson } from "../schema/json-text.ts";

/** An instance of an endpoint, as its record says. */
export interface RegisteredInstance {
  readonly namespace: string;
  readonly component: string;
  readonly endpoint: string;
  /** In decimal. */
  readonly instanceId: string;
  /** Where it takes calls; null where the record does not say. */
  readonly address: string | null;
}

/** Reads a record: the key is `{namespace}/{component}/{endpoint}/{id in hex}`. Null for what is none. */
export function readRecord(key: string, value: string): RegisteredInstance | null {
  const [namespace, component, endpoint, id, ...more] = key.split("/");
  if (!namespace || !component || !endpoint || id === undefined || more.length > 0) return null;
  if (!/^[0-9a-f]{1,16}$/.test(id)) return null;
  return { namespace, component, endpoint, instanceId: BigInt(`0x${id}`).toString(), address: addressOf(value) };
}

function addressOf(value: string): string | null {
  try {
    const record = parseJson(value) as { stator?: { address?: unknown }; transport?: { tcp?: unknown } };
    const address = record.stator?.address ?? record.transport?.tcp;
    return typeof address === "string" ? (address.split("/")[0] ?? null) : null;
  } catch {
    return null;
  }
}
