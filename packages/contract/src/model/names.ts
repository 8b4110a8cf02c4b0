/** `VllmWorker` and `HTTPGateway` to `vllm-worker` and `http-gateway`. */
export function kebabCase(name: string): string {
  return name
    .replaceAll("_", "-")
    .replaceAll(/(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/g, "-")
    .toLowerCase();
}

/** `count_words` to `countWords`, as the contract macro does it for names on the wire. */
export function camelCase(name: string): string {
  const words = name.split("_").filter((word) => word !== "");
  return words.map((word, index) => (index === 0 ? word : word.charAt(0).toUpperCase() + word.slice(1))).join("");
}

/** `count_words` or `served-by` to `CountWords`, `ServedBy`: a part of the name of a function. */
export function pascalCase(name: string): string {
  const words = name.split(/[^a-zA-Z0-9]+/).filter((word) => word !== "");
  return words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("");
}

/** Whether a key can stand in a type or a literal without quotes. */
export function isIdentifier(name: string): boolean {
  return /^[A-Za-z_$][\w$]*$/.test(name);
}
