// The page: a dashboard's rows, sentences and panels.
import { chart, colours } from "./chart.mjs";
import { escaped, sentence } from "./text.mjs";
import { shown } from "./units.mjs";

const style = `
  :root { color-scheme: light dark; --line: #8884; --soft: #777; }
  body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 76rem; padding: 0 1rem; }
  h1, h2, h3 { line-height: 1.2; margin: 0; } h2 { margin-top: 2rem; border-top: 1px solid var(--line); padding-top: 1rem; } h3 { font-size: 1rem; }
  p, small { color: var(--soft); margin: .3rem 0 1rem; } section { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(20rem, 1fr)); }
  figure { border: 1px solid var(--line); border-radius: 6px; margin: 0; padding: .8rem; } svg { width: 100%; }
  .grid line { stroke: var(--line); } .grid text { fill: var(--soft); font-size: 11px; }
  ul { list-style: none; margin: 0; padding: 0; font-size: 13px; } li { display: flex; gap: .5rem; } li b { margin-left: auto; font-weight: 600; }
  i { border-radius: 2px; flex: none; height: 4px; margin-top: 9px; width: 14px; }`;

const drawings = {
  row: ({ title }) => `</section>\n<h2>${escaped(title)}</h2>`,
  text: ({ options }, { runbooks }) => `<p>${sentence(options.content.replaceAll("$runbooks", runbooks))}</p>\n<section>`,
  timeseries: (panel, time) => figure(panel, panel.series.length === 0 ? "" : chart(panel.series, unitOf(panel), time)),
  stat: panel => figure(panel, ""),
};

const unitOf = panel => panel.fieldConfig.defaults.unit;

const figure = (panel, picture) => {
  const entries = panel.series.map(({ name, points }, i) =>
    `<li><i style="background:${colours[i % colours.length]}"></i>${escaped(name)}<b>${points.length === 0 ? "–" : escaped(shown(points.at(-1)[1], unitOf(panel)))}</b></li>`);
  return `<figure><h3>${escaped(panel.title)}</h3>${picture}<ul>${entries.join("") || "<li>no data</li>"}</ul></figure>`;
};

export const page = (dashboard, panels, time) => {
  const runbooks = dashboard.templating.list.find(({ name }) => name === "runbooks").query;
  const body = panels.map(panel => drawings[panel.type](panel, { ...time, runbooks })).join("\n");
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(dashboard.title)}</title>
<style>${style}
</style>
<h1>${escaped(dashboard.title)}</h1>
<p>${escaped(dashboard.description)} The last ${time.range} until ${new Date(time.end * 1000).toISOString().slice(0, 16).replace("T", " ")} UTC, from ${escaped(time.address)}.</p>
<section>
${body}
</section>
</html>
`;
};
