/** Words that cannot be the name of a function or of a parameter in a module. */
export const reservedWords: ReadonlySet<string> = new Set(
  (
    "arguments await break case catch class const continue debugger default delete do else enum eval export extends " +
    "false finally for function if implements import in instanceof interface let new null package private protected " +
    "public return static super switch this throw true try typeof undefined var void while with yield"
  ).split(" "),
);

/** Names that stubs use themselves. */
export const usedNames: ReadonlySet<string> = new Set(
  (
    "addon adopt argument bytesArgument callbackArgument exactJson failure itemResult jsonArgument jsonResult newObject " +
    "numberOf objectArgument optional whileRunning undefined JSON Object Promise AbortSignal Uint8Array Readonly Record Array"
  ).split(" "),
);

/** The name of a parameter as a variable. Names with an underscore at their end are free: Rust's lose theirs. */
export function variable(name: string): string {
  return reservedWords.has(name) || usedNames.has(name) || /^read[A-Z]/.test(name) ? `${name}_` : name;
}
