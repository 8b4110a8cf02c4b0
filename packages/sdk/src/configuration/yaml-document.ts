import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, type YAMLMap } from "yaml";

import { configLeaf, configMap, type ConfigNode, type Layer, type Origin, overlay } from "./config-tree.ts";
import { configurationError } from "./configuration-error.ts";
import { plainReadings } from "./plain-text.ts";

/** Far above what people write; a list that refers to itself ends here. */
const DEEPEST = 64;
/** Nodes that a document may have when its aliases are followed. */
const MOST_NODES = 100_000;

/**
 * A document in YAML 1.2 or JSON. Text without quotes keeps what was written, so that the schema can decide: `007` and
 * `1.10` lose nothing. Aliases and `<<` are followed.
 *
 * @param name what messages call the document, such as its path
 */
export function yamlDocument(text: string, name: string, layer: Layer): ConfigNode {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    merge: true,
    version: "1.2",
    prettyErrors: false,
    uniqueKeys: false,
  });
  const [error] = document.errors;
  if (error !== undefined) throw configurationError(position(error.pos[0]), error.message);
  let count = 0;
  return document.contents === null ? configMap({ layer, where: name }) : convert(document.contents, 0);

  function position(offset: number | undefined): string {
    if (offset === undefined) return name;
    const { line, col } = lines.linePos(offset);
    return `${name}:${line}:${col}`;
  }

  function convert(node: Node, depth: number): ConfigNode {
    const origin: Origin = { layer, where: position(node.range?.[0]) };
    if (depth > DEEPEST) throw configurationError(origin.where, `more than ${DEEPEST} levels deep.`);
    if (++count > MOST_NODES) throw configurationError(origin.where, `more than ${MOST_NODES} values.`);
    if (isAlias(node)) {
      const target = node.resolve(document);
      if (target === undefined) throw configurationError(origin.where, `there is no anchor &${node.source} before.`);
      return convert(target, depth + 1);
    }
    if (isMap(node)) return convertMap(node, origin, depth);
    if (isSeq(node)) {
      const items = node.items.map((item) => convert(item as Node, depth + 1));
      return { kind: "list", items, origin };
    }
    if (!isScalar(node)) throw configurationError(origin.where, "this cannot stand in a configuration.");
    if (node.tag !== undefined && node.tag !== "tag:yaml.org,2002:str") return configLeaf(origin, node.value);
    const { source = "", type } = node;
    if (type !== "PLAIN" || node.tag !== undefined) return configLeaf(origin, type === "PLAIN" ? source : node.value);
    return source === "" || source === "~"
      ? configLeaf(origin, null, source)
      : configLeaf(origin, ...plainReadings(source));
  }

  function convertMap(map: YAMLMap, origin: Origin, depth: number): ConfigNode {
    const own = new Map<string, ConfigNode>();
    let merged: ConfigNode = configMap(origin);
    for (const { key, value } of map.items) {
      if (!isScalar(key)) throw configurationError(origin.where, "the keys of a map are text.");
      const at: Origin = { layer, where: position(key.range?.[0]) };
      const node = value === null ? configLeaf(at, null, "") : convert(value as Node, depth + 1);
      const isMerge = key.value === "<<" || typeof key.value === "symbol";
      // A map begins where its name stands.
      const named = node.kind === "map" ? { ...node, origin: at } : node;
      const keyText = key.type === "PLAIN" ? (key.source ?? "") : String(key.value);
      // The parser's own check takes the square of their number.
      if (!isMerge && own.has(keyText)) throw configurationError(at.where, `the key "${keyText}" stands here twice.`);
      if (!isMerge) own.set(keyText, named);
      else merged = (node.kind === "list" ? node.items : [node]).reduceRight(overlay, merged);
    }
    return overlay(merged, configMap(origin, own));
  }
}
