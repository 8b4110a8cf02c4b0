/** The oldest Python that the examples run with. */
const OLDEST = [3, 11] as const;

/** Names under which machines have it; the plain one first, because that is the one people have chosen. */
const NAMES = ["python3", "python3.14", "python3.13", "python3.12", "python3.11", "python"];

const PROBE = `
import importlib.util, json, sys
found = lambda name: importlib.util.find_spec(name) is not None
print(json.dumps({
    "path": sys.executable,
    "version": ".".join(map(str, sys.version_info[:3])),
    "pip": found("pip"),
    "ensurepip": found("ensurepip"),
}))
`;

/** A Python interpreter of this machine. */
export interface Python {
  /** Absolute path; never a shim that chooses by the current folder. */
  readonly path: string;
  /** Such as `3.11.7`. */
  readonly version: string;
  /** Whether it can install packages as it is. */
  readonly pip: boolean;
  /** Whether it says that it can make a virtual environment with pip in it. */
  readonly ensurepip: boolean;
}

/** What the machine has: interpreters that are new enough, and one line about each of the others. */
export interface Pythons {
  readonly usable: Python[];
  readonly refused: string[];
}

/** Looks for Python 3.11 or newer under these names, on PATH as it is now. */
export function findPythons(names: readonly string[] = NAMES): Pythons {
  const usable = new Map<string, Python>();
  const refused: string[] = [];
  for (const name of names) {
    const path = Bun.which(name, { PATH: process.env["PATH"] ?? "" });
    if (path === null) continue;
    const python = probe(path);
    if (typeof python === "string") refused.push(`${path}: ${python}`);
    else usable.set(python.path, python);
  }
  return { usable: [...usable.values()], refused };
}

/** What an interpreter says of itself, or why it will not do. */
export function probe(path: string): Python | string {
  let result: Bun.SyncSubprocess<"pipe", "pipe">;
  try {
    // Isolated: neither variables nor packages of the user change the answer.
    result = Bun.spawnSync([path, "-I", "-c", PROBE], { stdout: "pipe", stderr: "pipe", timeout: 30_000 });
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  if (result.exitCode !== 0) return firstLine(result.stderr.toString()) ?? `it ended with exit code ${result.exitCode}`;
  const python = parse(result.stdout.toString());
  if (python === null) return "it is no Python interpreter";
  const [major = 0, minor = 0] = python.version.split(".").map(Number);
  const isNew = major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
  return isNew ? python : `it is Python ${python.version}; ${OLDEST.join(".")} or newer is needed`;
}

function parse(answer: string): Python | null {
  try {
    return JSON.parse(answer) as Python;
  } catch {
    return null;
  }
}

function firstLine(text: string): string | undefined {
  return text.split("\n").find((line) => line.trim() !== "");
}
