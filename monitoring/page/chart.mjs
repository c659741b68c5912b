// A panel's series as lines in SVG.
import { shown } from "./units.mjs";
import { escaped } from "./text.mjs";

const [WIDTH, HEIGHT, LEFT, BOTTOM, TOP] = [480, 180, 64, 20, 8];
const LINES = 4;

// Okabe and Ito's colours, which everybody can tell apart.
export const colours = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#7f7f7f"];

/** The smallest round number that is not below the value. */
const ceiling = value => {
  if (value <= 0) {
    return 1;
  }
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 2.5, 5, 10].map(step => step * power).find(step => step >= value * 0.999);
};

export const chart = (series, unit, { start, end }) => {
  const most = ceiling(Math.max(0, ...series.flatMap(({ points }) => points.map(([, value]) => value))));
  const x = time => LEFT + (time - start) / (end - start) * (WIDTH - LEFT);
  const y = value => TOP + (1 - value / most) * (HEIGHT - TOP - BOTTOM);

  const grid = Array.from({ length: LINES + 1 }, (_, i) => most * i / LINES).map(value =>
    `<line x1="${LEFT}" x2="${WIDTH}" y1="${y(value)}" y2="${y(value)}"/><text x="${LEFT - 6}" y="${y(value) + 4}" text-anchor="end">${escaped(shown(value, unit))}</text>`);
  const times = [0, 0.5, 1].map((part, i) => {
    const time = new Date((start + part * (end - start)) * 1000).toISOString().slice(11, 16);
    return `<text x="${x(start + part * (end - start))}" y="${HEIGHT - 4}" text-anchor="${["start", "middle", "end"][i]}">${time}</text>`;
  });
  const lines = series.map(({ points }, i) => points.length === 1
    ? `<circle cx="${x(points[0][0])}" cy="${y(points[0][1])}" r="2" fill="${colours[i % colours.length]}"/>`
    : `<polyline fill="none" stroke="${colours[i % colours.length]}" stroke-width="1.5" points="${points.map(([time, value]) => `${x(time).toFixed(1)},${y(value).toFixed(1)}`).join(" ")}"/>`);
  return `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img"><g class="grid">${grid.join("")}${times.join("")}</g>${lines.join("")}</svg>`;
};
