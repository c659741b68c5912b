// What is beside the chart: k8s/ and compose.yaml.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { named, objectsIn, objectsOf, scenarios } from "./helm.mjs";
import { mistakes } from "./schemas.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const read = path => readFileSync(root + path, "utf8");
const manifests = ["k8s/namespace.yaml", "k8s/priority-classes.yaml"];

for (const file of manifests) {
  test(`Manifests_Of_${file}_MeetTheirSchemas`, async () => {
    const objects = objectsOf(read(file));
    assert.ok(objects.length > 1);
    for (const object of objects) assert.deepEqual(await mistakes(object), [], named(object));
  });
}

test("PriorityClasses_ThatScenariosName_Exist", async () => {
  const classes = objectsOf(read("k8s/priority-classes.yaml")).map(object => object.metadata.name);
  const named = (await Promise.all(scenarios.map(objectsIn))).flat().flatMap(object => object.spec?.template?.spec.priorityClassName ?? []);
  assert.ok(named.length > 2);
  assert.deepEqual(named.filter(name => !classes.includes(name)), []);
});

test("Namespace_AFleet_FitsItsQuotaAndItsPodSecurity", async () => {
  const [namespace, quota] = objectsOf(read("k8s/namespace.yaml"));
  assert.equal(namespace.metadata.labels["pod-security.kubernetes.io/enforce"], "restricted");
  const fleet = (await objectsIn(scenarios.find(scenario => scenario.endsWith("fleet-values.yaml")))).filter(({ kind }) => kind === "Deployment");
  const gibibytes = fleet.map(({ spec }) => (spec.replicas ?? 1) * parseFloat(spec.template.spec.containers[0].resources.limits.memory) / 1024).reduce((sum, each) => sum + each);
  assert.ok(gibibytes < parseFloat(quota.spec.hard["limits.memory"]), `${gibibytes} GiB`);
});

/** What a script asks gcloud to do, in a project in which nothing is there yet. */
function asked(script) {
  const folder = mkdtempSync(`${tmpdir()}/gcloud-`);
  try {
    writeFileSync(`${folder}/gcloud`, `#!/usr/bin/env bash\nprintf '%s\\n' "$*" >>${folder}/asked\n[[ " $* " != *" describe "* ]]\n`);
    chmodSync(`${folder}/gcloud`, 0o755);
    const output = execFileSync(root + script, { encoding: "utf8", env: { PATH: `${folder}:${process.env.PATH}`, PROJECT: "my-project" } });
    return { output, lines: readFileSync(`${folder}/asked`, "utf8").trim().split("\n") };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test("GkeCluster_InAnEmptyProject_MakesPoolsThatTheChartSelects", async () => {
  const { lines } = asked("k8s/gke-cluster");
  assert.ok(lines.every(line => line.startsWith("--project my-project --quiet ")));
  const pools = lines.filter(line => line.includes("node-pools create"));
  assert.equal(pools.length, 6);
  assert.ok(pools.every(line => line.includes("--num-nodes 0 --enable-autoscaling --min-nodes 0")));
  const selectors = (await Promise.all(scenarios.map(objectsIn))).flat().flatMap(object => object.spec?.template?.spec.nodeSelector?.["cloud.google.com/gke-accelerator"] ?? []);
  assert.ok(selectors.length > 0);
  for (const accelerator of selectors) assert.ok(pools.some(line => line.includes(`type=${accelerator},`)), accelerator);
  assert.ok(lines.some(line => line.includes("clusters create elastic-synapse --region europe-west4") && line.includes("--workload-pool my-project.svc.id.goog")));
});

test("GkeBucket_InAnEmptyProject_LetsTheChartsServiceAccountRead", async () => {
  const { lines, output } = asked("k8s/gke-bucket");
  assert.ok(lines.some(line => line.includes("--member serviceAccount:my-project.svc.id.goog[elastic-synapse/elastic-synapse-models] --role roles/iam.workloadIdentityUser")));
  assert.match(output, /iam.gke.io\/gcp-service-account: elastic-synapse-models@my-project.iam.gserviceaccount.com/);
});

const compose = parse(read("compose.yaml"), { merge: true });

test("Compose_EveryService_IsBuiltHereAndAsBoundAsInTheCluster", () => {
  assert.deepEqual(Object.keys(compose.services), ["gateway", "model-server", "classifier", "bert-toxic", "model-server-gpu", "classifier-gpu"]);
  for (const [name, service] of Object.entries(compose.services)) {
    const [, image, gpu] = /^(.*?)(-gpu)?$/.exec(name);
    // The first client's name for a classifier.
    assert.equal(service.image, `\${IMAGES:-elastic-synapse}/${image === "bert-toxic" ? "classifier" : image}:\${TAG:-local}${gpu ?? ""}`);
    assert.deepEqual([service.read_only, service.tmpfs, service.cap_drop], [true, ["/tmp"], ["ALL"]]);
  }
});

test("Compose_ServicesForGpus_AreTheCpusWithAGpuUnderTheirNames", () => {
  for (const name of ["model-server", "classifier"]) {
    const [cpu, gpu] = [compose.services[name], compose.services[`${name}-gpu`]];
    assert.deepEqual(gpu.profiles, ["gpu"]);
    assert.deepEqual(gpu.networks.default.aliases, [name]);
    assert.deepEqual(gpu.environment, { ...cpu.environment, Runtime__Device: "cuda" });
    assert.deepEqual(gpu.volumes, cpu.volumes);
    assert.deepEqual(gpu.deploy.resources.reservations.devices, [{ driver: "nvidia", count: 1, capabilities: ["gpu"] }]);
  }
});

test("Compose_EveryOption_IsTheServices", () => {
  const page = read("docs/configuration.md");
  const options = Object.values(compose.services).flatMap(({ environment }) => Object.keys(environment)).filter(name => name.includes("__"));
  assert.ok(options.length > 8);
  assert.deepEqual(options.filter(option => !page.includes(`| \`${option}\` |`)), []);
});

test("Compose_Upstreams_AreTheServicesPorts", () => {
  for (const name of ["model-server", "classifier"]) {
    const port = /^EXPOSE (\d+)/m.exec(read(`${name}/Dockerfile`))[1];
    assert.ok(Object.values(compose.services.gateway.environment).includes(`http://${name}:${port}`));
  }
});
