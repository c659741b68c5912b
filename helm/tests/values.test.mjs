import assert from "node:assert/strict";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { test } from "node:test";
import { parse } from "yaml";
import { chart, helm, scenarios } from "./helm.mjs";
import { rows } from "./readme.mjs";

const read = path => parse(readFileSync(path, "utf8"));
const schema = JSON.parse(readFileSync(`${chart}/values.schema.json`, "utf8"));

/** Paths of the values that a map of them ends in; a list, or a map that the schema leaves to the user, is one value. */
function* leaves(value, at, path = []) {
  const node = resolve(at);
  const properties = node?.properties;
  const names = properties ? Object.keys(value ?? {}) : node?.additionalProperties?.$ref?.match(/(model|version)$/) ? Object.keys(value) : [];
  if (names.length === 0) yield path;
  for (const name of names) yield* leaves(value[name], properties?.[name] ?? node.additionalProperties, [...path, name]);
}

function resolve(node) {
  while (node?.$ref) node = node.$ref.slice(2).split("/").reduce((at, name) => at[name], schema);
  return node;
}

/** Another value of the same kind, which a template that reads it can't overlook. */
function changed(value) {
  switch (typeof value) {
    case "boolean": return !value;
    case "number": return value + 1;
    case "string": return /^\d+[A-Za-z]*$/.test(value) ? `7${value}` : `x${value}`;
    default: return value === null ? 7 : Array.isArray(value) ? (value.length ? [] : [{ name: "x" }]) : { ...value, x: "y" };
  }
}

function withChange(values, path, value) {
  const copy = structuredClone(values);
  const owner = path.slice(0, -1).reduce((at, name) => (at[name] ??= {}), copy);
  owner[path.at(-1)] = value;
  return copy;
}

const merged = (base, over) => (base && over && typeof base === "object" && typeof over === "object" && !Array.isArray(over)
  ? Object.fromEntries([...new Set([...Object.keys(base), ...Object.keys(over)])].map(name => [name, name in over ? merged(base[name], over[name]) : base[name]]))
  : over);

// The chart with a dashboard and a rule, whatever else it has.
const folder = mkdtempSync(`${tmpdir()}/values-`);
const copy = `${folder}/chart`;
cpSync(chart, copy, { recursive: true });
for (const [file, content] of [["dashboards/sample.json", "{}"], ["rules/sample.yaml", "groups: []"]]) {
  mkdirSync(`${copy}/${file.split("/")[0]}`, { recursive: true });
  writeFileSync(`${copy}/${file}`, content);
}
let files = 0;

async function rendering(values) {
  const file = `${folder}/${files++}.json`;
  writeFileSync(file, JSON.stringify(values));
  const { code, stdout, stderr } = await helm("template", "demo", copy, "--skip-schema-validation", "--values", file);
  // A template that refuses a value has read it.
  return code === 0 ? stdout : stderr;
}

/** Which of the keys change nothing, in whichever scenario. */
async function withoutEffect() {
  const defaults = read(`${chart}/values.yaml`);
  const all = scenarios.map(scenario => merged(defaults, read(scenario)));
  const before = await Promise.all(all.map(rendering));
  // A key of modelDefaults stands for the same key of a model's defaults and of a version.
  const keys = new Map();
  all.forEach((values, scenario) => {
    for (const path of leaves(values, schema)) {
      const key = path[0] === "models" && path[2] === "versions" && !["image", "modelUri", "weight", "labels", "shadow"].includes(path[4]) ? ["modelDefaults", ...path.slice(4)]
        : path[0] === "models" && path[2] === "defaults" ? ["modelDefaults", ...path.slice(3)]
          : path[0] === "models" ? ["models", path.slice(2).filter((_, index) => path[2] !== "versions" || index !== 1).join(".")] : path;
      const name = key.join(".");
      keys.set(name, [...(keys.get(name) ?? []), { path, scenario }]);
    }
  });
  const queue = [...keys];
  const dead = [];
  await Promise.all(Array.from({ length: availableParallelism() }, async () => {
    for (let next = queue.pop(); next; next = queue.pop()) {
      const [name, places] = next;
      let effect = false;
      // The user's own values first: they are set where they matter.
      for (const { path, scenario } of places.sort((one, other) => other.path.length - one.path.length)) {
        const value = path.reduce((at, part) => at?.[part], all[scenario]);
        if ((await rendering(withChange(all[scenario], path, changed(value)))) !== before[scenario]) {
          effect = true;
          break;
        }
      }
      if (!effect) dead.push(name);
    }
  }));
  return { dead: dead.sort(), count: keys.size };
}

test("Values_EveryKey_IsReadByATemplate", async () => {
  try {
    const { dead, count } = await withoutEffect();
    assert.ok(count > 100, `${count} keys`);
    assert.deepEqual(dead, []);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

function* schemaKeys(at, path = []) {
  const node = resolve(at);
  if (!node?.properties || path.at(-1) === "keys") {
    yield path.join(".");
    return;
  }
  for (const [name, child] of Object.entries(node.properties)) {
    if (name !== "global" && !(path.length === 0 && name === "models")) yield* schemaKeys(child, [...path, name]);
  }
}

test("Values_EveryKeyOfTheSchema_StandsInValuesWithItsDescription", () => {
  const described = rows().map(({ key }) => key).filter(key => key !== "models");
  assert.deepEqual(described.sort(), [...schemaKeys(schema)].sort());
});
