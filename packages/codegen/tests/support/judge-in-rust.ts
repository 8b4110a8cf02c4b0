import type { ContractText, Judgement } from "@stator/contract";

/** A caller and a service. */
export type Dispute = readonly [caller: ContractText, service: ContractText];

/** What the judge of clients in Rust makes of each. */
export async function judgeInRust(disputes: readonly Dispute[]): Promise<Judgement[]> {
  const command = ["cargo", "run", "--release", "--quiet", "-p", "stator-contract-fixtures", "--bin", "fixtures-judge"];
  const lines = disputes.map((sides) => `${JSON.stringify(sides.map(({ hash, document }) => [hash, document]))}\n`);
  const child = Bun.spawn(command, {
    stdin: new Blob(lines),
    stdout: "pipe",
    stderr: "inherit",
    cwd: import.meta.dir,
  });
  const output = await child.stdout.text();
  const exitCode = await child.exited;
  if (exitCode !== 0) throw new Error(`${command.join(" ")} ended with ${exitCode}`);
  return output
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Judgement);
}
