// The chart on a real control plane: what changes a model's version or its pods drops no request. scripts/test cluster runs it
// in a network namespace of its own.
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { Cluster } from "./cluster.mjs";
import { image, versions } from "./images.mjs";
import { Traffic } from "./traffic.mjs";
import { until } from "./until.mjs";

const release = "elastic-synapse"; // and its namespace, as k8s/README.md has them
const chart = "helm/elastic-synapse";
const [first, second, third] = versions;
const key = randomBytes(16).toString("hex");

/** Values of the release with these versions of the generator. */
const valuesWith = writers => ({
  images: { registry: image.gateway.registry, gateway: { tag: image.gateway.tag } },
  // On a busy machine a canary may be slow for no fault of its own.
  gateway: { config: { CanaryGuard__Enabled: "false" }, callers: { keys: { test: { sha256: [createHash("sha256").update(key).digest("hex")] } } }, priorityClassName: "elastic-synapse-gateway" },
  tests: { keySecret: "test-caller", image: image.curl },
  models: {
    writer: { kind: "generator", defaults: { priorityClassName: "elastic-synapse-serving" }, versions: writers },
    judge: { kind: "classifier", versions: { [first]: { image: image.judge(first), labels: ["stable"] } } },
  },
});
const writer = (version, weight, ...labels) => ({ [version]: { image: image.writer(version), weight, labels } });
const deployment = version => `deployment/${release}-writer-${version.toLowerCase().replaceAll(/[^a-z0-9]/g, "-")}`;

describe("Cluster", { timeout: 3_600_000 }, () => {
  const cluster = new Cluster();
  let traffic;

  const kubectl = (...words) => cluster.tell("kubectl", "--namespace", release, ...words);
  const rollOut = (...words) => cluster.tell("scripts/roll-out", "writer", ...words, "--timeout", "15m");
  const helmWords = values => {
    const file = `${cluster.folder}/values.json`;
    writeFileSync(file, JSON.stringify(values));
    return ["upgrade", "--install", release, chart, "--namespace", release, "--values", file, "--wait", "--timeout", "15m"];
  };
  const upgrade = writers => cluster.tell("helm", ...helmWords(valuesWith(writers)));
  const pods = async (selector, more = () => true) => JSON.parse(await kubectl("get", "pods", "--selector", selector, "--output", "json")).items.filter(more);
  const unbroken = () => assert.deepEqual(traffic.failures, []);

  before(async () => {
    await cluster.start();
    await cluster.tell("kubectl", "apply", "--filename", "k8s/namespace.yaml", "--filename", "k8s/priority-classes.yaml");
    await kubectl("create", "secret", "generic", "test-caller", `--from-literal=key=${key}`);
    await upgrade(writer(first, 100, "stable"));
    const service = JSON.parse(await kubectl("get", "service", `${release}-gateway`, "--output", "json"));
    traffic = new Traffic(`http://${service.spec.clusterIP}:${service.spec.ports[0].port}`, key, [first]);
    traffic.start(4);
    await traffic.next(20);
  });

  after(async () => {
    await traffic?.stop();
    await cluster.stop();
  });

  test("HelmTest_HookPods_AskEveryModelAndSucceed", async () => {
    const said = await cluster.tell("helm", "test", release, "--namespace", release, "--timeout", "5m");
    assert.equal(said.match(/Phase: +Succeeded/g)?.length, 2, said);
    unbroken();
  });

  test("RollOut_ACanary_GetsItsShare", async () => {
    traffic.allow([first, second]);
    await rollOut(second, "--canary", "20");
    await until("the canary answers", async () => (await traffic.next(20)).includes(second));
    const answers = await traffic.next(400);
    const share = answers.filter(version => version === second).length / answers.length;
    assert.ok(share > 0.1 && share < 0.3, `${share} of ${answers.length} answers are the canary's`);
    unbroken();
  });

  test("RollOut_ThePromotion_GivesItAllRequests", async () => {
    await rollOut(second, "--promote");
    await traffic.settle([second]);
    unbroken();
  });

  test("RollOut_TheRollback_GivesThemBack", async () => {
    traffic.allow([first, second]);
    await rollOut("--rollback");
    await traffic.settle([first]);
    unbroken();
  });

  test("RollOut_AnImageThatIsNotThere_GoesBackByItself", async () => {
    const { code, stderr } = await cluster.try("scripts/roll-out", "writer", "1_v9.99", "--timeout", "60s");
    assert.equal(code, 1, stderr);
    const { models } = JSON.parse(await cluster.tell("helm", "get", "values", release, "--namespace", release, "--output", "json"));
    assert.deepEqual(Object.keys(models.writer.versions), [first, second]);
    await traffic.settle([first]);
    unbroken();
  });

  test("Upgrade_StraightToAVersionThatIsNotReady_IsRefused", async () => {
    const { code, stderr } = await cluster.try("helm", ...helmWords(valuesWith(writer(third, 100, "stable"))));
    assert.equal(code, 1);
    assert.match(stderr, new RegExp(`models.writer would give all requests to ${third}, which is not ready, while ${first}, ${second} is`));
    await traffic.settle([first]);
    unbroken();
  });

  test("Upgrade_ThatAddsAVersionAndMovesTheWeight_SwapsThem", async () => {
    await upgrade({ ...writer(first, 100, "stable"), ...writer(third, 0) });
    await traffic.settle([first]);
    traffic.allow([first, third]);
    await upgrade({ ...writer(first, 0), ...writer(third, 100, "stable") });
    await traffic.settle([third]);
    await upgrade(writer(third, 100, "stable"));
    await until("no pod of another version is left", async () =>
      (await pods("elastic-synapse.io/model=writer", ({ metadata }) => metadata.labels["elastic-synapse.io/version"] !== third)).length === 0);
    unbroken();
  });

  /** Waits until every gateway knows as many pods of the version as there are. */
  const known = count => until(`every gateway knows ${count} pods`, async () => {
    const gateways = await pods("app.kubernetes.io/component=gateway", ({ metadata }) => !metadata.deletionTimestamp);
    const catalogues = await Promise.all(gateways.map(async ({ status }) => (await fetch(`http://${status.podIP}:8090/catalogue`)).json()));
    return gateways.length === 2 && catalogues.every(catalogue => JSON.stringify(catalogue).match(/10\.244\.0\.\d+:8081/g)?.length === count);
  });
  const scale = async replicas => {
    await kubectl("scale", deployment(third), "--replicas", String(replicas));
    await kubectl("rollout", "status", deployment(third), "--timeout", "10m");
    await known(replicas);
  };

  test("Scale_UpAndDown_DropsNothing", async () => {
    await scale(3);
    await traffic.next(60);
    await scale(2);
    unbroken();
  });

  test("DeletePod_OneOfTwo_IsReplaced", async () => {
    const [{ metadata: { name } }] = await pods(`elastic-synapse.io/version=${third},elastic-synapse.io/model=writer`);
    await kubectl("delete", "pod", name, "--timeout", "5m");
    await kubectl("rollout", "status", deployment(third), "--timeout", "10m");
    await known(2);
    unbroken();
  });

  for (const [situation, name] of [["OfAVersion", deployment(third)], ["OfTheGateway", `deployment/${release}-gateway`]]) {
    test(`RolloutRestart_${situation}_ReplacesEveryPod`, async () => {
      const every = `app.kubernetes.io/instance=${release},app.kubernetes.io/component=${situation === "OfAVersion" ? "generator" : "gateway"}`;
      const old = (await pods(every)).map(({ metadata }) => metadata.uid);
      await kubectl("rollout", "restart", name);
      await kubectl("rollout", "status", name, "--timeout", "10m");
      await until("the old pods have ended", async () => (await pods(every, ({ metadata }) => old.includes(metadata.uid))).length === 0);
      await traffic.next(60);
      unbroken();
    });
  }

  test("ApiServer_AwayAndBack_IsNoticedByNobody", async () => {
    await cluster.away();
    await traffic.next(200);
    unbroken();
    await cluster.back();
    // The gateways follow the cluster again.
    await scale(1);
    unbroken();
  });

  test("Traffic_OfItAll_HasNotOneFailure", async () => {
    await traffic.settle([third]);
    await traffic.stop();
    unbroken();
    for (const [kind, count] of Object.entries(traffic.answers)) assert.ok(count > 100, `${count} answers to ${kind}`);
    console.log(`cluster: ${JSON.stringify(traffic.answers)} answered, ${traffic.failures.length} failed`);
  });
});
