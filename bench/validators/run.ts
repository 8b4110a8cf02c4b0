import { MeasuredPeer } from "./measured-peer.ts";

const PEERS = ["stator", "zod", "valibot", "typebox", "ajv"] as const;
const SHAPES = ["order", "token"] as const;
const TASKS = ["check", "parse", "decode", "checkAnyText"] as const;

type Shape = (typeof SHAPES)[number];
type Task = (typeof TASKS)[number];

const descriptions = {
  order: "10 fields",
  token: "token item",
  check: "check",
  checkAnyText: "check any text",
  parse: "parse",
  decode: "decode",
};

export type ValidatorRow = {
  readonly peer: string;
  readonly shape: string;
  readonly task: string;
  /** Values a second, the median of the turns. */
  readonly rate: number;
  /** As a share of ours in the same turn, the median of the turns. */
  readonly ratio: number;
};

/** How often in a round each peer has its turn. */
const TURNS = 50;

/**
 * Measures generated validators beside other libraries, each in a process of its own. They take short turns, and ratios
 * are those of one turn's rates: what else the machine does meets all of them.
 */
export async function measureValidators(rounds: number, milliseconds: number): Promise<ValidatorRow[]> {
  const rows: ValidatorRow[] = [];
  for (const task of TASKS)
    for (const shape of SHAPES) rows.push(...(await compare(shape, task, rounds * TURNS, milliseconds)));
  return rows;
}

async function compare(shape: Shape, task: Task, turns: number, milliseconds: number): Promise<ValidatorRow[]> {
  const peers = PEERS.map((name) => new MeasuredPeer(name, shape, task));
  try {
    for (const peer of peers) await peer.turn(milliseconds);
    const rates = peers.map((): number[] => []);
    for (let turn = 0; turn < turns; turn++) {
      // Who goes first, and after whom, changes with the turn.
      for (let place = 0; place < peers.length; place++) {
        const step = turn % 2 === 0 ? place : peers.length - place;
        const index = (turn + step) % peers.length;
        rates[index]?.push((await peers[index]?.turn(milliseconds / TURNS)) ?? Number.NaN);
      }
    }
    const [ours = []] = rates;
    return PEERS.map((peer, index) => {
      const theirs = rates[index] ?? [];
      return {
        peer,
        shape: descriptions[shape],
        task: descriptions[task],
        rate: median(theirs),
        ratio: median(theirs.map((rate, turn) => rate / (ours[turn] ?? Number.NaN))),
      };
    });
  } finally {
    await Promise.all(peers.map((peer) => peer.end()));
  }
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}

/** The rows as tables in Markdown: those of equal work, and those in which the others do less. */
export function validatorTable(rows: readonly ValidatorRow[]): string {
  const less = rows.filter(({ task }) => task === descriptions.checkAnyText);
  const tables = [table(rows.filter((row) => !less.includes(row)))];
  if (less.length > 0)
    tables.push("Where the others let text with lone surrogates pass, which stator always refuses:", table(less));
  return tables.join("\n\n");
}

/** One line for a shape and a task, with every peer: its rate, and its share of the first one's. */
function table(rows: readonly ValidatorRow[]): string {
  const peers = [...new Set(rows.map(({ peer }) => peer))];
  const groups = Map.groupBy(rows, ({ shape, task }) => `${task}, ${shape}`);
  const lines = [...groups].map(([name, group]) => {
    const cells = peers.map((peer) => {
      const row = group.find((each) => each.peer === peer);
      return row === undefined ? "" : `${(row.rate / 1e6).toFixed(2)} (${row.ratio.toFixed(2)})`;
    });
    return `| ${[name, ...cells].join(" | ")} |`;
  });
  return [
    `| million a second (share of ${peers[0] ?? "none"}) | ${peers.join(" | ")} |`,
    `| --- |${" ---: |".repeat(peers.length)}`,
    ...lines,
  ].join("\n");
}
