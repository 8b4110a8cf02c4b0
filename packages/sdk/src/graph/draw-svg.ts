import type { GraphPicture, PicturedService } from "./graph-edges.ts";

const [BOX_HEIGHT, GAP_X, GAP_Y, MARGIN, LINE, CHARACTER] = [64, 40, 56, 20, 16, 7.4];

interface Placed {
  readonly service: PicturedService;
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

/** The graph as a picture: what calls stands above what is called. */
export function drawSvg(picture: GraphPicture): string {
  const rows = rowsOf(picture);
  const widths = rows.map((row) => row.reduce((sum, each) => sum + widthOf(each) + GAP_X, -GAP_X));
  const width = Math.max(0, ...widths) + 2 * MARGIN;
  const height = rows.length * (BOX_HEIGHT + GAP_Y) - GAP_Y + 2 * MARGIN;
  const placed = new Map<string, Placed>();
  rows.forEach((row, index) => {
    let x = (width - (widths[index] ?? 0)) / 2;
    for (const service of row) {
      const own = widthOf(service);
      placed.set(service.id, { service, x, y: MARGIN + index * (BOX_HEIGHT + GAP_Y), width: own });
      x += own + GAP_X;
    }
  });
  const arrows = picture.edges.flatMap(({ from, to }) => {
    const [upper, lower] = [placed.get(from), placed.get(to)];
    return upper === undefined || lower === undefined ? [] : [arrow(upper, lower)];
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="sans-serif" font-size="13">`,
    '<defs><marker id="tip" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto-start-reverse"><path d="M0 0L10 5L0 10z" fill="#555"/></marker></defs>',
    ...arrows,
    ...[...placed.values()].map(box),
    "</svg>",
    "",
  ].join("\n");
}

/** Each service one row below the lowest that calls it; a circle is cut where it closes. */
function rowsOf({ services, edges }: GraphPicture): PicturedService[][] {
  const depth = new Map<string, number>();
  const place = (id: string, at: number, above: readonly string[]): void => {
    if (above.includes(id) || (depth.get(id) ?? -1) >= at) return;
    depth.set(id, at);
    for (const { from, to } of edges) if (from === id) place(to, at + 1, [...above, id]);
  };
  const called = new Set(edges.flatMap(({ from, to }) => (from === to ? [] : [to])));
  for (const { id } of services) if (!called.has(id)) place(id, 0, []);
  for (const { id } of services) if (!depth.has(id)) place(id, 0, []);
  const rows: PicturedService[][] = [];
  for (const service of services) (rows[depth.get(service.id) ?? 0] ??= []).push(service);
  return rows;
}

function widthOf({ name, notes }: PicturedService): number {
  return Math.ceil(Math.max(...[name, notes.join(" · ")].map((text) => text.length * CHARACTER))) + 24;
}

function box({ service, x, y, width }: Placed): string {
  const dashed = service.isInside ? "" : ' stroke-dasharray="4"';
  const middle = x + width / 2;
  return (
    `<rect x="${x}" y="${y}" width="${width}" height="${BOX_HEIGHT}" rx="8" fill="#f5f7fa" stroke="#555"${dashed}/>` +
    `<text x="${middle}" y="${y + 27}" text-anchor="middle" font-weight="bold">${escaped(service.name)}</text>` +
    `<text x="${middle}" y="${y + 27 + LINE + 2}" text-anchor="middle" font-size="11" fill="#555">${escaped(service.notes.join(" · "))}</text>`
  );
}

function arrow(upper: Placed, lower: Placed): string {
  const [x1, x2] = [upper.x + upper.width / 2, lower.x + lower.width / 2];
  const down = lower.y > upper.y;
  const [y1, y2] = down ? [upper.y + BOX_HEIGHT, lower.y] : [upper.y, lower.y + BOX_HEIGHT];
  const middle = (y1 + y2) / 2;
  // A call upwards, or to itself, goes around the boxes.
  const path = down
    ? `M${x1} ${y1}C${x1} ${middle} ${x2} ${middle} ${x2} ${y2}`
    : `M${upper.x + upper.width} ${upper.y + BOX_HEIGHT / 2}C${upper.x + upper.width + GAP_X} ${middle} ${lower.x + lower.width + GAP_X} ${middle} ${lower.x + lower.width} ${lower.y + BOX_HEIGHT / 2}`;
  return `<path d="${path}" fill="none" stroke="#555" marker-end="url(#tip)"/>`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
