import { parsePath } from "../configuration/config-path.ts";
import type { Explanation } from "../configuration/explanation.ts";
import { UsageError } from "../cli/usage-error.ts";
import { variableName } from "../configuration/environment-entries.ts";

/** The end of a name whose value nobody else should read. */
const SECRET_NAME = /(?:^|_)(?:PASSWORD|PASSWD|SECRET|TOKEN|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY|CREDENTIALS?)$/i;

/**
 * The variables that give a service its secrets: those that the environment gives now. Refuses secrets that stand in a file
 * or on the command line, since whoever reads the manifests would read them.
 */
export function secretVariables(explanations: readonly Explanation[]): string[] {
  return explanations.flatMap(({ service, path, said, isSecret }) => {
    if (isSecret !== true) return [];
    const plain = said.find(({ layer }) => layer === "file" || layer === "profile" || layer === "command line");
    if (plain !== undefined) {
      const variable = variableName(service, parsePath(path) ?? [path]);
      throw new UsageError(
        `${plain.where}: ${service}.${path} is a secret and stands there in plain text; take it out, and set ${variable}, ` +
          "which the manifests then name without its value.",
      );
    }
    return said[0]?.layer === "environment" ? [said[0].where] : [];
  });
}

/** Refuses variables that look like secrets, unless they are given by reference. */
export function checkVariables(where: string, env: Readonly<Record<string, string>>): void {
  const plain = Object.entries(env).find(([name, value]) => value !== "" && SECRET_NAME.test(name));
  if (plain === undefined) return;
  throw new UsageError(
    `${where}: ${plain[0]} looks like a secret, and its value would stand in plain text in the manifests; give it by ` +
      `reference: --secret ${plain[0]}.`,
  );
}

/** Refuses addresses with a password in them. */
export function checkNoPassword(flag: string, addresses: string | null, remedy: string): void {
  if (addresses === null || !/\/\/[^/,\s]*@/.test(addresses)) return;
  throw new UsageError(`${flag}: there is a user or a password in the address, in plain text; ${remedy}.`);
}
