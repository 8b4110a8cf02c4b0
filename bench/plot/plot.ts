import type { Row } from "../report.ts";
import { describePoint } from "../measure.ts";
import { PEERS } from "../peer-list.ts";
import type { PeerGroup } from "../peer-list.ts";

const WIDTH = 900;
const LABELS = 300;
const FIGURES = 90;
const BAR = 16;
const GAP = 4;
const TITLE = 34;
const MARGIN = 16;

/** Readable on a light and on a dark page. */
const COLOURS: Readonly<Record<PeerGroup, string>> = {
  socket: "#8c8c8c",
  own: "#2f81f7",
  rpc: "#d29922",
  transport: "#a371f7",
  original: "#3fb950",
};

/** The rates as SVG: for each point a bar for each peer, the longest first. */
export function plot(rows: readonly Row[], caption: string): string {
  const groups = [...Map.groupBy(rows, ({ point }) => describePoint(point))];
  let top = MARGIN;
  const parts = groups.map(([title, group]) => {
    const part = panel(title, group, top);
    top += TITLE + group.length * (BAR + GAP) + MARGIN;
    return part;
  });
  const height = top + TITLE;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="12" role="img">`,
    `<title>${escape("Calls and items per second")}</title>`,
    `<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>`,
    ...parts,
    `<text x="${MARGIN}" y="${height - MARGIN}" fill="#57606a" font-size="11">${escape(caption)}</text>`,
    "</svg>\n",
  ].join("\n");
}

function panel(title: string, rows: readonly Row[], top: number): string {
  const sorted = rows.filter(({ rate }) => rate > 0).toSorted((a, b) => b.rate - a.rate);
  if (sorted.length === 0) return "";
  const most = Math.max(...sorted.map(({ rate }) => rate));
  const length = (rate: number): number => Math.max(1, ((WIDTH - LABELS - FIGURES) * rate) / most);
  const bars = sorted.map((row, index) => {
    const y = top + TITLE + index * (BAR + GAP);
    const facts = PEERS[row.peer];
    const end = LABELS + length(row.rate);
    return [
      `<text x="${LABELS - 8}" y="${y + 12}" text-anchor="end" fill="#1f2328">${escape(facts?.title ?? row.peer)}</text>`,
      `<rect x="${LABELS}" y="${y}" width="${length(row.rate).toFixed(1)}" height="${BAR}" rx="2" fill="${COLOURS[facts?.group ?? "rpc"]}"/>`,
      `<text x="${(end + 6).toFixed(1)}" y="${y + 12}" fill="#1f2328">${short(row.rate)}</text>`,
    ].join("\n");
  });
  const heading = `<text x="${MARGIN}" y="${top + 18}" font-size="14" font-weight="bold" fill="#1f2328">${escape(`${title}, per second`)}</text>`;
  return [heading, ...bars].join("\n");
}

function short(rate: number): string {
  if (rate >= 1e6) return `${(rate / 1e6).toFixed(2)} M`;
  return rate >= 1e4 ? `${Math.round(rate / 1e3)} k` : Math.round(rate).toLocaleString("en-US");
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
