import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { chart, objectsIn, scenarios } from "./helm.mjs";

const page = readFileSync(new URL("../../docs/configuration.md", import.meta.url), "utf8");
const sections = Object.fromEntries(page.split("\n## ").slice(1).map(section => [section.split("\n")[0], section]));
const known = Object.fromEntries(Object.entries({
  gateway: ["All three services", "gateway"],
  "model-server": ["All three services", "model-server and classifier", "model-server"],
  classifier: ["All three services", "model-server and classifier", "classifier"],
}).map(([service, titles]) => [service, titles.flatMap(title => [...sections[title].matchAll(/^\| `([A-Za-z_]+)`/gm)].map(match => match[1]))]));

test("Options_OfEveryScenario_AreTheServices", async () => {
  const unknown = [];
  for (const scenario of scenarios) {
    for (const { kind, spec } of await objectsIn(scenario)) {
      if (kind !== "Deployment") continue;
      const [{ name, env }] = spec.template.spec.containers;
      unknown.push(...env.filter(option => !known[name].includes(option.name)).map(option => `${scenario}: ${name} has no option ${option.name}`));
    }
  }
  assert.deepEqual(unknown, []);
});

test("Options_TimeSpansAndNumbers_AreWrittenAsTheServicesReadThem", async () => {
  const objects = await objectsIn(scenarios.find(scenario => scenario.endsWith("fleet-values.yaml")));
  const options = name => Object.fromEntries(objects.find(({ kind, metadata }) => kind === "Deployment" && metadata.name === name)
    .spec.template.spec.containers[0].env.map(({ name, value }) => [name, value]));
  const { Drain__ReadinessDelay, Drain__GracePeriod } = options("demo-gateway");
  assert.deepEqual([Drain__ReadinessDelay, Drain__GracePeriod], ["00:00:15", "00:02:00"]);
  assert.equal(options("demo-toxicity-1557429385-v0-01").Model__CacheMaxBytes, "5368709120");
  assert.equal(options("demo-gpt2-1557429385-v0-01").Scheduler__PrefixCacheSequences, "0");
});

test("Memory_OfAGenerator_FollowsFromWeightsAndCache", async () => {
  const memory = async (scenario, name) => (await objectsIn(scenarios.find(path => path.endsWith(`${scenario}-values.yaml`))))
    .find(({ kind, metadata }) => kind === "Deployment" && metadata.name === name).spec.template.spec.containers[0].resources;
  // 1.6 * 475 MiB of weights + 32 sequences and no kept ones * 72 MiB + 512 MiB
  assert.deepEqual(await memory("fleet", "demo-gpt2-1557429385-v0-01"), { requests: { cpu: "2", memory: "3576Mi" }, limits: { cpu: "2", memory: "3576Mi" } });
  // what is given is not computed; a GPU is both requested and the limit
  assert.deepEqual(await memory("fleet", "demo-gpt2-1557515785-v0-02"),
    { requests: { cpu: "3", memory: "6Gi", "nvidia.com/gpu": "1" }, limits: { cpu: "4", memory: "6Gi", "nvidia.com/gpu": "1" } });
  // int8, a classifier: 0.8 * 512 + 512
  assert.equal((await memory("fleet", "demo-toxicity-1557429385-v0-01")).limits.memory, "922Mi");
});

test("Image_OfAVersionWithAGpu_IsTheOneForGpusAndMustFindOne", async () => {
  const container = async (scenario, name) => (await objectsIn(scenarios.find(path => path.endsWith(`${scenario}-values.yaml`))))
    .find(({ kind, metadata }) => kind === "Deployment" && metadata.name === name).spec.template.spec.containers[0];
  const device = ({ env }) => env.find(({ name }) => name === "Runtime__Device")?.value;
  const gpu = await container("gke", "demo-gpt2-1557515785-v0-02");
  assert.deepEqual([gpu.image, device(gpu)], ["elastic-synapse/model-server:0.1.0-gpu", "cuda"]);
  const cpu = await container("gke", "demo-gpt2-1557429385-v0-01");
  assert.deepEqual([cpu.image, device(cpu)], ["elastic-synapse/model-server:0.1.0", undefined]);
  // an image with a checkpoint in it is what its owner built
  assert.equal((await container("fleet", "demo-gpt2-1557515785-v0-02")).image, "registry.example/serving/gpt2:1557515785_v0.02");
});

test("Callers_OfTheSchema_HaveTheFieldsThatTheGatewayReads", () => {
  const source = readFileSync(new URL("../../gateway/src/Callers/KeysDocument.cs", import.meta.url), "utf8");
  const fields = /Members\(json, owner, ([^)]*)\)/.exec(source)[1].split(", ").map(field => JSON.parse(field));
  const { caller } = JSON.parse(readFileSync(`${chart}/values.schema.json`, "utf8")).$defs;
  assert.deepEqual(Object.keys(caller.properties).sort(), fields.sort());
});
