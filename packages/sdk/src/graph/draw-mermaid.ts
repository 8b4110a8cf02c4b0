import type { GraphPicture } from "./graph-edges.ts";

/** The graph in the language of Mermaid, as GitHub and editors show it. */
export function drawMermaid({ services, edges }: GraphPicture): string {
  const names = new Map(services.map(({ id }, index) => [id, `s${index}`]));
  const lines = services.map(({ id, name, notes, isInside }) => {
    const label = [name, ...notes].map(escaped).join("<br/>");
    const key = names.get(id) ?? "";
    return isInside ? `  ${key}["${label}"]` : `  ${key}(["${label}"]):::elsewhere`;
  });
  const arrows = edges.map(({ from, to }) => `  ${names.get(from) ?? ""} --> ${names.get(to) ?? ""}`);
  const style = services.every(({ isInside }) => isInside) ? [] : ["  classDef elsewhere stroke-dasharray: 4"];
  return `${["flowchart TD", ...lines, ...arrows, ...style].join("\n")}\n`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
