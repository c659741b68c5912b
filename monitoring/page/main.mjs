// Draws a Grafana dashboard as a page: main.mjs DASHBOARD.json PROMETHEUS RANGE, the page goes to standard output.
import { readFile } from "node:fs/promises";
import { Prometheus } from "./prometheus.mjs";
import { page } from "./page.mjs";

const [file, address, range] = process.argv.slice(2);
const secondsOf = { m: 60, h: 3600, d: 86400 };

try {
  const dashboard = JSON.parse(await readFile(file, "utf8"));
  const end = Math.floor(Date.now() / 1000);
  const start = end - Number(range.slice(0, -1)) * secondsOf[range.at(-1)];
  const prometheus = new Prometheus(address, start, end);
  const panels = await Promise.all(dashboard.panels.map(async panel => ({
    ...panel,
    series: (await Promise.all((panel.targets ?? []).map(target => prometheus.series(target)))).flat(),
  })));
  process.stdout.write(page(dashboard, panels, { address, range, start, end }));
} catch (error) {
  console.error(`dashboard: ${error.message}`);
  process.exitCode = 1;
}
