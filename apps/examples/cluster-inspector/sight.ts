/** One record, as far as people want to see it. */
export interface Sight {
  /** `namespace.component.endpoint` */
  readonly path: string;
  /** In hex, as in the key: a number of JavaScript would lose its last digits. */
  readonly instance: string;
  readonly address: string;
  /** How it can be called. */
  readonly planes: readonly string[];
}

/** What the parts of a record that are shown look like. */
interface RecordText {
  readonly type?: unknown;
  readonly transport?: { readonly tcp?: unknown; readonly nats_tcp?: unknown };
  readonly stator?: { readonly address?: unknown };
}

/** Reads `namespace/component/endpoint/id` and the record that stands there; null if it is none. */
export function readSight(place: string, value: string): Sight | null {
  const [namespace, component, endpoint, instance, ...rest] = place.split("/");
  if (!namespace || !component || !endpoint || !/^[0-9a-f]{1,16}$/.test(instance ?? "") || rest.length > 0) return null;
  const record = parse(value);
  if (record?.type !== "Endpoint") return null;
  const { tcp, nats_tcp: nats } = record.transport ?? {};
  const stator = record.stator?.address;
  const planes: string[] = [];
  if (typeof stator === "string") planes.push("stator");
  if (typeof tcp === "string") planes.push("tcp");
  if (typeof nats === "string") planes.push("nats");
  const address = [stator, tcp, nats].find((each) => typeof each === "string");
  return {
    path: `${namespace}.${component}.${endpoint}`,
    instance: instance ?? "",
    address: (address ?? "nowhere").replace(/\/.*/, ""),
    planes,
  };
}

function parse(value: string): RecordText | null {
  try {
    const record: unknown = JSON.parse(value);
    return typeof record === "object" ? record : null;
  } catch {
    return null;
  }
}
