import { rmSync } from "node:fs";

import { lines } from "../../scripts/lib/lines.ts";
import { succeed } from "../../scripts/lib/succeed.ts";
import type { Subject } from "./subject.ts";

/** Milliseconds from import to first answer, one for each run. */
export type ColdStarts = { readonly here: number[]; readonly call: number[] };

/** Runs all subjects in turn, so that what else the machine does meets all of them. */
export async function coldStarts(subjects: readonly Subject[], runs: number): Promise<ColdStarts[]> {
  const times = subjects.map((): ColdStarts => ({ here: [], call: [] }));
  for (let run = 0; run < runs; run++) {
    for (const [index, subject] of subjects.entries()) {
      if (subject.here !== null)
        times[index]?.here.push(await fresh(subject, () => printed(subject, subject.here ?? [])));
      times[index]?.call.push(await fresh(subject, () => betweenTwo(subject)));
    }
  }
  return times;
}

/** Without records of processes that have ended. */
async function fresh(subject: Subject, measure: () => Promise<number>): Promise<number> {
  const { DYN_FILE_KV: discovery } = subject.environment;
  if (discovery !== undefined) rmSync(discovery, { recursive: true, force: true });
  return measure();
}

async function betweenTwo(subject: Subject): Promise<number> {
  const server = Bun.spawn([...subject.serve], {
    cwd: subject.folder,
    env: environmentOf(subject),
    stdio: ["pipe", "pipe", "inherit"],
  });
  try {
    for await (const line of lines(server.stdout)) {
      const [, more = ""] = /^ready ?(.*)$/.exec(line) ?? [];
      if (line.startsWith("ready")) return await printed(subject, [...subject.call, ...(more === "" ? [] : [more])]);
    }
    throw new Error(`${subject.serve.join(" ")} ended before it was ready.`);
  } finally {
    await server.stdin.end();
    await server.exited;
  }
}

async function printed(subject: Subject, command: readonly string[]): Promise<number> {
  const output = await succeed(["timeout", "60", ...command], subject.folder, environmentOf(subject));
  // Some print to their log as well.
  const milliseconds = Number(output.split("\n").find((line) => /^\d+(\.\d+)?$/.test(line)));
  if (!Number.isFinite(milliseconds)) throw new Error(`${command.join(" ")} printed:\n${output}`);
  return milliseconds;
}

function environmentOf({ environment }: Subject): Record<string, string | undefined> {
  return { ...process.env, ...environment };
}
