// Writes the table of values in the chart's README from the "# --" comments of values.yaml.
//   node readme.mjs --write
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { isMap, isScalar, parseDocument } from "yaml";

const chart = fileURLToPath(new URL("../elastic-synapse", import.meta.url));
const begin = "<!-- values: written by helm/tests/readme.mjs -->\n";
const end = "<!-- end of values -->";

/** Key, default and description of each described value, in their order. */
export function rows() {
  const found = [];
  const visit = (map, path) => {
    for (const { key, value } of map.items) {
      const comment = /^ -- (.*)$/m.exec(key.commentBefore ?? (key === map.items[0].key ? map.commentBefore : "") ?? "");
      const at = [...path, key.value];
      if (comment) found.push({ key: at.join("."), value: isScalar(value) ? JSON.stringify(value.value) : JSON.stringify(value?.toJSON() ?? null), text: comment[1] });
      else if (isMap(value)) visit(value, at);
    }
  };
  visit(parseDocument(readFileSync(`${chart}/values.yaml`, "utf8")).contents, []);
  return found;
}

/** The README with a current table. */
export function current(readme) {
  const table = ["| value | default | meaning |", "|---|---|---|", ...rows().map(({ key, value, text }) => `| \`${key}\` | \`${value}\` | ${text.replaceAll("|", "\\|")} |`)];
  const [head, rest] = readme.split(begin);
  return head + begin + table.join("\n") + "\n" + end + rest.split(end)[1];
}

const file = `${chart}/README.md`;
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv[2] !== "--write") {
    console.error("readme: the one option is --write");
    process.exit(2);
  }
  writeFileSync(file, current(readFileSync(file, "utf8")));
}
