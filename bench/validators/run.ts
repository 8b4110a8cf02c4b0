import { join } from "node:path";

const PEERS = ["stator", "zod", "valibot", "typebox", "ajv"] as const;
const SHAPES = ["order", "token"] as const;
const TASKS = ["check", "checkAnyText", "parse", "decode"] as const;

const descriptions = {
  order: "10 fields",
  token: "token item",
  check: "check",
  checkAnyText: "check, any text",
  parse: "parse",
  decode: "decode",
};

export type ValidatorRow = {
  readonly peer: string;
  readonly shape: string;
  readonly task: string;
  /** Values a second, the median of the rounds. */
  readonly rate: number;
  /** As a share of ours. */
  readonly ratio: number;
};

/**
 * Measures generated validators beside other libraries. Each figure comes from a process of its own; peers take turns,
 * and who goes first changes with the round.
 */
export async function measureValidators(rounds: number, milliseconds: number): Promise<ValidatorRow[]> {
  const rates = new Map<string, number[]>();
  for (let round = 0; round < rounds; round++) {
    const peers = round % 2 === 0 ? PEERS : PEERS.toReversed();
    for (const shape of SHAPES) {
      for (const task of TASKS) {
        for (const peer of peers) {
          const key = `${shape} ${task} ${peer}`;
          rates.set(key, [...(rates.get(key) ?? []), await measure(peer, shape, task, milliseconds)]);
        }
      }
    }
  }
  return SHAPES.flatMap((shape) =>
    TASKS.flatMap((task) => {
      const medians = PEERS.map((peer) => median(rates.get(`${shape} ${task} ${peer}`) ?? []));
      const baseline = medians[0] ?? Number.NaN;
      return PEERS.map((peer, index) => {
        const rate = medians[index] ?? Number.NaN;
        return { peer, shape: descriptions[shape], task: descriptions[task], rate, ratio: rate / baseline };
      });
    }),
  );
}

async function measure(peer: string, shape: string, task: string, milliseconds: number): Promise<number> {
  const script = join(import.meta.dir, "measure-peer.ts");
  const command = [process.execPath, script, peer, shape, task, String(milliseconds)];
  const child = Bun.spawn(command, { stdout: "pipe", stderr: "inherit" });
  const [output, exitCode] = await Promise.all([child.stdout.text(), child.exited]);
  if (exitCode !== 0) throw new Error(`${peer}, ${shape}, ${task}: ended with ${exitCode}`);
  return Number(output);
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}

/** The rows as a table in Markdown. */
export function validatorTable(rows: readonly ValidatorRow[]): string {
  const lines = rows.map(({ shape, task, peer, rate, ratio }) => {
    const million = (rate / 1e6).toFixed(2);
    return `| ${shape} | ${task} | ${peer} | ${million} | ${ratio.toFixed(2)} |`;
  });
  return ["| shape | task | peer | million a second | ratio |", "| --- | --- | --- | ---: | ---: |", ...lines].join(
    "\n",
  );
}
