// What the chart refuses because of what runs in the cluster. An API server that knows Deployments tells helm of it.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { test } from "node:test";
import { chart, helm } from "./helm.mjs";

const ready = (version, readyReplicas, { model = "gpt2", release = "demo" } = {}) => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: `${release}-${version}`, labels: { "app.kubernetes.io/instance": release, "elastic-synapse.io/model": model, "elastic-synapse.io/version": version } },
  // A Deployment without ready pods has no such field.
  status: readyReplicas ? { readyReplicas } : {},
});

const list = "/apis/apps/v1/namespaces/serving/deployments";

/** Answers as an API server does, as far as helm asks one for templates. Notes in `asked` which paths were. */
function apiServer(deployments, asked) {
  const answers = {
    "/version": { major: "1", minor: "34", gitVersion: "v1.34.0" },
    "/api": { kind: "APIVersions", versions: ["v1"] },
    "/api/v1": { kind: "APIResourceList", groupVersion: "v1", resources: [] },
    "/apis": { kind: "APIGroupList", apiVersion: "v1", groups: [{ name: "apps", versions: [{ groupVersion: "apps/v1", version: "v1" }], preferredVersion: { groupVersion: "apps/v1", version: "v1" } }] },
    "/apis/apps/v1": { kind: "APIResourceList", apiVersion: "v1", groupVersion: "apps/v1", resources: [{ name: "deployments", singularName: "deployment", namespaced: true, kind: "Deployment", verbs: ["get", "list"] }] },
    [list]: { kind: "DeploymentList", apiVersion: "apps/v1", metadata: { resourceVersion: "1" }, items: deployments },
  };
  return createServer((request, response) => {
    const { pathname } = new URL(request.url, "http://server");
    const answer = answers[pathname];
    asked.add(pathname);
    response.writeHead(answer ? 200 : 404, { "content-type": "application/json" }).end(JSON.stringify(answer ?? { kind: "Status", apiVersion: "v1", status: "Failure", code: 404, reason: "NotFound" }));
  });
}

/** The gaps that the chart sees in an upgrade to `versions` of gpt2 where `deployments` run. */
async function gapsOf(deployments, versions) {
  const folder = mkdtempSync(`${tmpdir()}/gaps-`);
  const asked = new Set();
  const server = apiServer(deployments, asked);
  await new Promise(resolve => server.listen(0, "127.0.0.1", resolve));
  try {
    const models = { gpt2: { kind: "generator", versions: Object.fromEntries(Object.entries(versions).map(([name, knobs]) => [name, { image: `gpt2:${name}`, ...knobs }])) } };
    writeFileSync(`${folder}/values.json`, JSON.stringify({ gateway: { callers: { anonymous: true } }, models }));
    // Past the templates helm wants every kind's schema, which this server has not: it fails with or without gaps.
    const { stderr } = await helm("template", "demo", chart, "--namespace", "serving", "--values", `${folder}/values.json`,
      "--dry-run=server", "--kube-apiserver", `http://127.0.0.1:${server.address().port}`);
    assert.ok(asked.has(list), stderr);
    return stderr.split("\n").filter(line => line.includes("would give all requests")).map(line => line.trim());
  } finally {
    server.close();
    rmSync(folder, { recursive: true });
  }
}

const gap = "models.gpt2 would give all requests to v2, which is not ready, while v1 is: start it beside that with weight 0 first, "
  + "as scripts/roll-out does; where there is room for one only, scale that to zero first";

test("Upgrade_TheOneVersionSwappedForAnother_IsRefused", async () =>
  assert.deepEqual(await gapsOf([ready("v1", 1)], { v2: {} }), [gap]));

test("Upgrade_AllRequestsToAVersionThatIsStillLoading_IsRefused", async () =>
  assert.deepEqual(await gapsOf([ready("v1", 2), ready("v2", 0)], { v1: { weight: 0 }, v2: { weight: 100 } }), [gap]));

for (const [situation, deployments, versions] of [
  ["AFirstVersion", [], { v2: {} }],
  ["AVersionAddedWithoutRequests", [ready("v1", 1)], { v1: { weight: 100 }, v2: { weight: 0 } }],
  ["ACanaryThatIsNotReady", [ready("v1", 1)], { v1: { weight: 90 }, v2: { weight: 10 } }],
  ["AReadyVersionPromoted", [ready("v1", 1), ready("v2", 1)], { v1: { weight: 0 }, v2: { weight: 100 } }],
  ["AVersionSwappedThatRests", [ready("v1", 0)], { v2: {} }],
  ["AVersionThatTheGatewayStarts", [ready("v1", 1)], { v2: { scaleFromZero: true } }],
  ["AnotherModelsVersion", [ready("v1", 1, { model: "gpt2-large" })], { v2: {} }],
  ["AnotherReleasesVersion", [ready("v1", 1, { release: "other" })], { v2: {} }],
]) {
  test(`Upgrade_${situation}_IsNotRefused`, async () => assert.deepEqual(await gapsOf(deployments, versions), []));
}
