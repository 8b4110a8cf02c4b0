import type { DistributedRuntime } from "@stator/runtime-native";

/** The sum of the rows of a runtime's metrics that begin like this. It needs a system server. */
export async function counter(runtime: DistributedRuntime, row: string): Promise<number> {
  const response = await fetch(`http://${runtime.systemAddress}/metrics`);
  const rows = (await response.text()).split("\n").filter((line) => line.startsWith(row));
  if (rows.length === 0) throw new Error(`The metrics have no ${row}.`);
  return rows.reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
}
