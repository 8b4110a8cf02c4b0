/** A command line as people write it: options in the order of their names, those about services last. */
export function commandLine(
  command: string,
  target: string,
  flags: object,
  services: readonly (readonly [path: string, value: string])[],
): string {
  const options = Object.entries(flags as Record<string, unknown>)
    .filter(([name]) => !NOT_SHOWN.includes(name))
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, value]) => (Array.isArray(value) ? value : [value]).map((each: unknown) => option(name, each)));
  const said = services.map(([path, value]) => shellWord(`--${path}=${value}`));
  return ["stator", command, shellWord(target), ...options, ...said].join(" ");
}

/** What changes nothing in what is made. */
const NOT_SHOWN = ["json", "force"];

function option(name: string, value: unknown): string {
  const flag = `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  return value === true ? flag : `${flag} ${shellWord(String(value))}`;
}

function shellWord(text: string): string {
  // A line of a comment has no second one.
  if (/\p{Cc}/u.test(text)) {
    const escaped = text.replaceAll(/['\\]/g, String.raw`\$&`).replaceAll(/\p{Cc}/gu, (each) => {
      return `\\x${each.charCodeAt(0).toString(16).padStart(2, "0")}`;
    });
    return `$'${escaped}'`;
  }
  return /^[\w@%+=:,./#-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
