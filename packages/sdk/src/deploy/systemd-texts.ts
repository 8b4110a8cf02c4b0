/** An argument of `ExecStart=` that systemd takes as it is. */
export function unitArgument(text: string): string {
  const plain = unitText(text).replaceAll("$", "$$$$");
  if (/^[\w@%+=:,./#$-]+$/.test(plain)) return plain;
  return `"${plain.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`;
}

/** A text in a unit: on one line, and without specifiers. */
export function unitText(text: string): string {
  return text.replaceAll("%", "%%");
}

/** A file for `EnvironmentFile=`. */
export function environmentFile(variables: Readonly<Record<string, string>>): string {
  return Object.entries(variables)
    .map(([name, value]) => `${name}=${/^[\w@%+=:,./-]*$/.test(value) ? value : quoted(value)}\n`)
    .join("");
}

/** Within double quotes systemd looks for these four only; lines may break. */
function quoted(value: string): string {
  return `"${value.replaceAll(/["\\`$]/g, String.raw`\$&`)}"`;
}
