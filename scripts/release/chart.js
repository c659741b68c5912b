"use strict";
const { execFileSync } = require("node:child_process");
const { mkdirSync, mkdtempSync, rmSync, writeFileSync } = require("node:fs");
const { tmpdir } = require("node:os");
const path = require("node:path");
const { Refusal } = require("./arguments.js");

const folder = path.join(__dirname, "../../helm/elastic-synapse");

function helm(words, { inherit = false } = {}) {
  try {
    return execFileSync("helm", words, { encoding: "utf8", maxBuffer: 1 << 26, stdio: inherit ? "inherit" : ["ignore", "pipe", "pipe"] });
  } catch (error) {
    if (error.code === "ENOENT") throw new Refusal("helm is not on the PATH");
    throw new Refusal(`helm ${words[0]} failed${error.stderr ? `: ${error.stderr.trim()}` : ""}`);
  }
}

/** Does something with files that are gone afterwards. */
function withFiles(files, use) {
  const place = mkdtempSync(path.join(tmpdir(), "roll-out-"));
  try {
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(path.dirname(path.join(place, name)), { recursive: true });
      writeFileSync(path.join(place, name), content);
    }
    return use(place);
  } finally {
    rmSync(place, { recursive: true });
  }
}

/** The values that the release has now, without the chart's own. */
const valuesOfRelease = (release, namespace) => JSON.parse(helm(["get", "values", release, "--namespace", namespace, "--output", "json"])) ?? {};

/** The values in a file, YAML or JSON: helm itself reads it. */
const valuesOfFile = file => withFiles({
  "Chart.yaml": "apiVersion: v2\nname: values\nversion: 0.0.0\n",
  "templates/values.yaml": "values: {{ toJson .Values | quote }}\n",
}, chart => JSON.parse(JSON.parse(/^values: (".*")$/m.exec(helm(["template", chart, "--values", file]))[1])));

/** The release's objects with these values, by kind and name. */
const objects = (release, namespace, values) => withFiles({ "values.json": JSON.stringify(values) }, place =>
  new Map(helm(["template", release, folder, "--namespace", namespace, "--no-hooks", "--values", path.join(place, "values.json")])
    .split(/^---$/m).map(text => text.replace(/^# Source.*\n/m, "").trim()).filter(Boolean)
    .map(text => [`${/^kind: (.*)$/m.exec(text)[1]}/${/^ {2}name: (.*)$/m.exec(text)[1]}`, text])));

/** What an upgrade from one to the other would do: lines with + - ~ before the object, and below ~ the lines that differ. */
function changes(before, after) {
  return [...new Set([...before.keys(), ...after.keys()])].sort().flatMap(name => {
    if (!before.has(name)) return [`+ ${name}`];
    if (!after.has(name)) return [`- ${name}`];
    const [old, now] = [before.get(name).split("\n"), after.get(name).split("\n")];
    const lines = [...old.filter(line => !now.includes(line)).map(line => `    - ${line.trim()}`), ...now.filter(line => !old.includes(line)).map(line => `    + ${line.trim()}`)];
    return lines.length ? [`~ ${name}`, ...lines] : [];
  });
}

/** Upgrades the release and waits until it is ready; if it does not become so, helm goes back by itself. */
function upgrade(release, namespace, values, timeout) {
  const atomic = helm(["version", "--short"]).startsWith("v3") ? "--atomic" : "--rollback-on-failure";
  withFiles({ "values.json": JSON.stringify(values) }, place =>
    helm(["upgrade", release, folder, "--namespace", namespace, "--reset-values", "--values", path.join(place, "values.json"), atomic, "--wait", "--timeout", timeout], { inherit: true }));
}

module.exports = { valuesOfRelease, valuesOfFile, objects, changes, upgrade };
