import type { Sample } from "./bench-driver.ts";
import { quantile } from "./quantiles.ts";
import type { Figures } from "./round-figures.ts";

/** One router in the plot. */
export interface Plotted {
  readonly name: string;
  readonly samples: readonly Sample[];
  readonly figures: Figures;
}

const COLOURS = ["#1a7f5a", "#c2562d", "#4a63b0"];
const [WIDTH, HEIGHT, LEFT, TOP, GAP] = [340, 190, 56, 82, 90];

/** How the routers compare, as a picture: two distributions above, two bars for each router below. */
export function plot(title: string, routers: readonly Plotted[]): string {
  const [right, low] = [LEFT + WIDTH + GAP, TOP + HEIGHT + GAP];
  const legend = routers.map(
    ({ name }, at) =>
      `<rect x="${LEFT + at * 130}" y="34" width="12" height="12" fill="${colourOf(at)}"/>${text(LEFT + at * 130 + 18, 44, name)}`,
  );
  const curves = (of: (sample: Sample) => readonly number[]): Curve[] =>
    routers.map(({ samples }, at) => ({ colour: colourOf(at), values: samples.flatMap(of) }));
  const bars = (of: (figures: Figures) => number): Bar[] =>
    routers.map(({ name, figures }, at) => ({
      name,
      colour: colourOf(at),
      value: Number.isFinite(of(figures)) ? of(figures) : 0,
    }));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${right + WIDTH + 30} ${low + HEIGHT + 50}" font-family="sans-serif" font-size="12">`,
    '<rect width="100%" height="100%" fill="#fff"/>',
    text(LEFT, 22, title, "start", "15"),
    ...legend,
    distribution(
      LEFT,
      TOP,
      "Time to first token, ms",
      curves(({ firstMs }) => [firstMs]),
    ),
    distribution(
      right,
      TOP,
      "Between tokens, ms",
      curves(({ gapsMs }) => gapsMs),
    ),
    barChart(
      LEFT,
      low,
      "Cache hit rate, % of prompt tokens",
      bars(({ hitRate }) => hitRate * 100),
    ),
    barChart(
      right,
      low,
      "Throughput, tokens/s",
      bars(({ tokensPerSecond }) => tokensPerSecond),
    ),
    "</svg>",
    "",
  ].join("\n");
}

function colourOf(at: number): string {
  return COLOURS[at % COLOURS.length] ?? "#000";
}

interface Curve {
  readonly colour: string;
  readonly values: readonly number[];
}

interface Bar {
  readonly name: string;
  readonly colour: string;
  readonly value: number;
}

/** Which part of the values is below each, up to the 99th of 100. */
function distribution(x: number, y: number, title: string, curves: readonly Curve[]): string {
  const sorted = curves.map(({ values }) => values.toSorted((a, b) => a - b));
  const most = niceAbove(Math.max(1, ...sorted.map((values) => quantile(values, 0.99)).filter(Number.isFinite)));
  const lines = curves.map(({ colour }, at) => {
    if (sorted[at]?.length === 0) return "";
    const points = Array.from({ length: 100 }, (_, part) => {
      const value = quantile(sorted[at] ?? [], part / 100);
      return `${(x + (WIDTH * Math.min(value, most)) / most).toFixed(1)},${(y + HEIGHT * (1 - part / 100)).toFixed(1)}`;
    });
    return `<polyline points="${points.join(" ")}" fill="none" stroke="${colour}" stroke-width="2"/>`;
  });
  const parts = [0, 25, 50, 75, 100].map((part) => ({ at: y + HEIGHT * (1 - part / 100), label: `${part} %` }));
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((part) =>
    text(x + WIDTH * part, y + HEIGHT + 16, String(round(most * part)), "middle"),
  );
  return [frame(x, y, title, parts), ...ticks, ...lines].join("\n");
}

function barChart(x: number, y: number, title: string, bars: readonly Bar[]): string {
  const most = niceAbove(Math.max(1, ...bars.map(({ value }) => value).filter(Number.isFinite)));
  const wide = WIDTH / bars.length;
  const drawn = bars.map(({ name, colour, value }, at) => {
    const high = (HEIGHT * value) / most;
    const [middle, top] = [x + wide * (at + 0.5), y + HEIGHT - high];
    return [
      `<rect x="${middle - wide / 4}" y="${top.toFixed(1)}" width="${wide / 2}" height="${high.toFixed(1)}" fill="${colour}"/>`,
      text(middle, top - 6, value.toFixed(value < 100 ? 1 : 0), "middle"),
      text(middle, y + HEIGHT + 16, name, "middle"),
    ].join("");
  });
  const lines = [0, 0.25, 0.5, 0.75, 1].map((part) => ({
    at: y + HEIGHT * (1 - part),
    label: String(round(most * part)),
  }));
  return [frame(x, y, title, lines), ...drawn].join("\n");
}

function frame(x: number, y: number, title: string, lines: readonly { at: number; label: string }[]): string {
  const drawn = lines.map(
    ({ at, label }) => `<path d="M${x} ${at}h${WIDTH}" stroke="#ddd"/>${text(x - 6, at + 4, label, "end")}`,
  );
  return [text(x, y - 10, title, "start", "13"), ...drawn].join("\n");
}

function text(x: number, y: number, words: string, anchor = "start", size = "12"): string {
  const safe = words.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}" font-size="${size}" fill="#222">${safe}</text>`;
}

/** The next number above that reads well. */
function niceAbove(value: number): number {
  const scale = 10 ** Math.floor(Math.log10(value));
  return scale * ([1, 1.2, 1.6, 2, 3, 4, 6, 8, 10].find((step) => step * scale >= value) ?? 10);
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
