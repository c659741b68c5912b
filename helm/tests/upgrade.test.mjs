import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { test } from "node:test";
import { named, render } from "./helm.mjs";

const release = (gpt2, more = {}) => ({
  gateway: { callers: { keys: { search: { sha256: ["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"] } } }, ...more },
  monitoring: { serviceMonitor: { enabled: true } },
  tests: { keySecret: "key" },
  models: {
    gpt2: { kind: "generator", versions: gpt2 },
    toxicity: { kind: "classifier", versions: { "1557429385_v0.01": { image: "toxicity:1557429385_v0.01" } } },
  },
});
const old = change => ({ "1557429385_v0.01": { image: "gpt2:1557429385_v0.01", replicas: 2, labels: ["stable"], ...change } });
const next = change => ({ "1557515785_v0.02": { image: "gpt2:1557515785_v0.02", replicas: 2, ...change } });
const versionObjects = name => ["Deployment", "NetworkPolicy", "PodDisruptionBudget", "Service"].map(kind => `${kind}/${name}`);

const byObject = (one, other) => (one.slice(2) < other.slice(2) ? -1 : 1);

/** What an upgrade does to the cluster: "+ added", "- removed", "~ object: field: before -> after". */
async function upgrade(before, after) {
  const folder = mkdtempSync(`${tmpdir()}/upgrade-`);
  try {
    const [first, second] = await Promise.all([before, after].map(async (values, index) => {
      writeFileSync(`${folder}/${index}.json`, JSON.stringify(values));
      return new Map((await render("--values", `${folder}/${index}.json`)).map(object => [named(object), object]));
    }));
    return [...new Set([...first.keys(), ...second.keys()])].sort().flatMap(name =>
      (!first.has(name) ? `+ ${name}` : !second.has(name) ? `- ${name}` : [...differences(first.get(name), second.get(name), "")].map(line => `~ ${name}: ${line}`)));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function* differences(one, other, path) {
  if (one !== null && other !== null && typeof one === "object" && typeof other === "object") {
    for (const field of new Set([...Object.keys(one), ...Object.keys(other)])) yield* differences(one[field], other[field], `${path}/${field}`);
  } else if (one !== other) yield `${path.slice(1)}: ${one} -> ${other}`;
}

test("Upgrade_ToTheSameValues_TouchesNothing", async () => assert.deepEqual(await upgrade(release(old()), release(old())), []));

test("Upgrade_ACanaryAdded_TouchesItsObjectsAndTheWeights", async () =>
  assert.deepEqual(await upgrade(release(old()), release({ ...old({ weight: 90 }), ...next({ weight: 10, labels: ["canary"] }) })), [
    ...versionObjects("demo-gpt2-1557515785-v0-02").map(name => `+ ${name}`),
    "~ Service/demo-gpt2-1557429385-v0-01: metadata/annotations/elastic-synapse.io/weight: 100 -> 90",
  ].sort(byObject)));

test("Upgrade_ACanaryPromoted_TouchesAnnotationsOnly", async () =>
  assert.deepEqual(await upgrade(
    release({ ...old({ weight: 90 }), ...next({ weight: 10, labels: ["canary"] }) }),
    release({ ...old({ weight: 0, labels: ["previous"] }), ...next({ weight: 100, labels: ["stable"] }) })), [
    "~ Service/demo-gpt2-1557429385-v0-01: metadata/annotations/elastic-synapse.io/weight: 90 -> 0",
    "~ Service/demo-gpt2-1557429385-v0-01: metadata/annotations/elastic-synapse.io/labels: stable -> previous",
    "~ Service/demo-gpt2-1557515785-v0-02: metadata/annotations/elastic-synapse.io/weight: 10 -> 100",
    "~ Service/demo-gpt2-1557515785-v0-02: metadata/annotations/elastic-synapse.io/labels: canary -> stable",
  ]));

test("Upgrade_AVersionSwapped_TouchesItsObjectsOnly", async () =>
  assert.deepEqual(await upgrade(release(old()), release(next({ labels: ["stable"] }))), [
    ...versionObjects("demo-gpt2-1557515785-v0-02").map(name => `+ ${name}`),
    ...versionObjects("demo-gpt2-1557429385-v0-01").map(name => `- ${name}`),
  ].sort(byObject)));

test("Upgrade_AKeyAdded_TouchesTheSecretAndStartsNoPodAnew", async () => {
  const keys = { search: { sha256: ["f".repeat(64)] } };
  const changes = await upgrade(release(old()), release(old(), { callers: { keys } }));
  assert.deepEqual(changes.map(line => line.split(": ").slice(0, 2).join(": ")), ["~ Secret/demo-gateway-callers: stringData/keys.json"]);
});

test("Upgrade_OneVersionsResources_TouchThatDeploymentOnly", async () =>
  assert.deepEqual((await upgrade(release({ ...old({ weight: 90 }), ...next({ weight: 10 }) }), release({ ...old({ weight: 90 }), ...next({ weight: 10, precision: "int8" }) })))
    .map(line => line.split(": ")[0]).filter((name, index, all) => all.indexOf(name) === index), ["~ Deployment/demo-gpt2-1557515785-v0-02"]));

test("Upgrade_TheCanaryGuardOff_MayNoLongerWriteEvents", async () => {
  const changes = await upgrade(release(old()), release(old(), { config: { CanaryGuard__Enabled: false } }));
  assert.deepEqual(changes.filter(line => line.includes("Role")), ["~ Role/demo-gateway: rules/2: [object Object] -> undefined"]);
});
