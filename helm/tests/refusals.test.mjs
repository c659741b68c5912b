import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { test } from "node:test";
import { chart, helm } from "./helm.mjs";

const good = {
  gateway: { callers: { anonymous: true } },
  models: { gpt2: { kind: "generator", versions: { v1: { modelUri: "hf://openai-community/gpt2" } } } },
};
const version = change => ({ models: { gpt2: { versions: { v1: change } } } });
const two = (first, second) => ({ models: { gpt2: { versions: { v1: first, v2: { modelUri: "hf://a/b", ...second } } } } });

async function refusalOf(change) {
  const folder = mkdtempSync(`${tmpdir()}/refusals-`);
  try {
    writeFileSync(`${folder}/good.json`, JSON.stringify(good));
    writeFileSync(`${folder}/change.json`, JSON.stringify(change));
    const { code, stderr } = await helm("template", "demo", chart, "--values", `${folder}/good.json`, "--values", `${folder}/change.json`);
    return code === 0 ? "" : stderr;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test("Template_GoodValues_AreNotRefused", async () => assert.equal(await refusalOf({}), ""));

for (const [situation, change, message] of [
  ["AMisspeltSection", { gatway: {} }, "additional properties 'gatway' not allowed"],
  ["AMisspeltKnob", version({ wieght: 5 }), "at '/models/gpt2/versions/v1': additional properties 'wieght' not allowed"],
  ["AMisspeltDefault", { modelDefaults: { spots: true } }, "at '/modelDefaults': additional properties 'spots' not allowed"],
  ["AMisspeltKnobOfAKnob", version({ gpu: { kind: "l4" } }), "at '/models/gpt2/versions/v1/gpu': additional properties 'kind' not allowed"],
  ["ASectionTakenAway", { networkPolicy: null }, "missing property 'networkPolicy'"],
  ["AnUnknownKind", { models: { gpt2: { kind: "writer" } } }, "at '/models/gpt2/kind': value must be one of 'generator', 'classifier'"],
  ["AnUnknownPrecision", version({ precision: "fp8" }), "value must be one of 'auto', 'fp32', 'fp16', 'int8', 'int4'"],
  ["AModelWithoutVersions", { models: { bert: { kind: "classifier", versions: {} } } }, "at '/models/bert/versions': minProperties: got 0, want 1"],
  ["AVersionThatIsNoLabelValue", { models: { gpt2: { versions: { "v1+cuda": { modelUri: "hf://a/b" } } } } }, "'v1+cuda' does not match pattern"],
  ["AnAddressWithoutScheme", version({ modelUri: "openai-community/gpt2" }), "at '/models/gpt2/versions/v1/modelUri': 'openai-community/gpt2' does not match pattern"],
  ["AQuantityWithoutMeaning", version({ tmpSize: "much" }), "at '/models/gpt2/versions/v1/tmpSize': 'much' does not match pattern"],
  ["AnOptionThatIsNone", { gateway: { config: { MAXRUNNING: 1 } } }, "at '/gateway/config': additional properties 'MAXRUNNING' not allowed"],
  ["AKeyInsteadOfItsHash", { gateway: { callers: { anonymous: false, keys: { me: { sha256: ["secret"] } } } } }, "at '/gateway/callers/keys/me/sha256/0': 'secret' does not match pattern"],
  ["NobodyWhoMayCall", { gateway: { callers: { anonymous: false } } }, "gateway.callers must say who may call, by exactly one of keys, existingSecret and anonymous: true"],
  ["TwoAnswersToWhoMayCall", { gateway: { callers: { existingSecret: "callers" } } }, "by exactly one of keys, existingSecret and anonymous: true"],
  ["WeightsBelow100", two({ weight: 60 }, { weight: 30 }), "models.gpt2 has weights that sum to 90; they must sum to 100"],
  ["WeightsAbove100", two({ weight: 100 }, { weight: 0.5 }), "models.gpt2 has weights that sum to 100.5; they must sum to 100"],
  ["AVersionAloneWithHalfTheWeight", version({ weight: 50 }), "models.gpt2 has weights that sum to 50; they must sum to 100"],
  ["ALabelOnTwoVersions", two({ weight: 90, labels: ["stable"] }, { weight: 10, labels: ["stable"] }), "models.gpt2 has the label stable on v1 and on v2; a label names one version"],
  ["AnImageAndAnAddress", version({ image: "gpt2:v1" }), "models.gpt2.versions.v1 has an image and a modelUri"],
  ["NeitherImageNorAddress", two({ weight: 90 }, { weight: 10, modelUri: "" }), "models.gpt2.versions.v2 has neither an image with a checkpoint in it nor a modelUri"],
  ["HalfPrecisionWithoutGpu", version({ precision: "fp16" }), "models.gpt2.versions.v1 has precision fp16, which is for GPUs, and no gpu.count"],
  ["ACpusPrecisionOnAGpu", version({ precision: "int8", gpu: { count: 1 } }), "models.gpt2.versions.v1 has precision int8, which is for CPUs, and gpu.count 1; a GPU computes in fp16"],
  ["AnAcceleratorWithoutGpu", version({ gpu: { accelerator: "nvidia-l4" } }), "models.gpt2.versions.v1 has gpu.accelerator nvidia-l4 and gpu.count 0"],
  ["AnHpaToZero", version({ scaleFromZero: true, autoscaling: { kind: "hpa" } }), "models.gpt2.versions.v1 has autoscaling.kind hpa and scaleFromZero"],
  ["AnHpaWithoutAim", version({ autoscaling: { kind: "hpa", cpuUtilization: 0 } }), "models.gpt2.versions.v1 has autoscaling.kind hpa and nothing to aim at"],
  ["MoreReplicasThanTheMost", version({ replicas: 9, autoscaling: { kind: "keda" } }), "replicas 9, which with autoscaling are the fewest, and autoscaling.maxReplicas 4"],
  ["ZeroReplicasAndAnAutoscaler", version({ replicas: 0, autoscaling: { kind: "keda" } }), "models.gpt2.versions.v1 has replicas 0 and autoscaling"],
  ["ReplicasAndScaleFromZero", version({ replicas: 2, scaleFromZero: true }), "models.gpt2.versions.v1 has scaleFromZero and replicas 2"],
  ["AClaimOfOneNodeForASurge", version({ cache: { type: "pvc", accessMode: "ReadWriteOnce" } }), "models.gpt2.versions.v1 has a cache of accessMode ReadWriteOnce"],
  ["AClaimForAnEmptyDir", version({ cache: { existingClaim: "checkpoints" } }), "models.gpt2.versions.v1 has cache.existingClaim checkpoints and cache.type emptyDir"],
  ["GrpcOfAGenerator", version({ grpc: { enabled: true } }), "models.gpt2.versions.v1 is a generator and has grpc.enabled"],
  ["AnOptionThatAKnobSets", version({ config: { Model__Precision: "int8" } }), "models.gpt2.versions.v1 has config.Model__Precision, which the chart sets from precision"],
  ["AGatewayOptionThatAKnobSets", { gateway: { config: { Callers__Anonymous: true } } }, "gateway.config has Callers__Anonymous, which the chart sets from gateway.callers.anonymous"],
  ["TwoVersionsOfOneName", { models: { gpt2: { versions: { v1: { weight: 50 }, V1: { modelUri: "hf://a/b", weight: 50 } } } } }, "would both be named demo-gpt2-v1 in the cluster"],
  ["TestsWithoutAKey", { gateway: { callers: { anonymous: false, existingSecret: "callers" } } }, "tests.enabled needs tests.keySecret"],
  ["AKeyForNobody", { tests: { keySecret: "key" } }, "tests.keySecret is given, and gateway.callers.anonymous asks for no key"],
  ["AnIngressWithoutHosts", { gateway: { ingress: { enabled: true } } }, "gateway.ingress.enabled needs gateway.ingress.hosts"],
  ["ARouteWithoutParents", { gateway: { httpRoute: { enabled: true } } }, "gateway.httpRoute.enabled needs gateway.httpRoute.parentRefs"],
  ["PoliciesWithoutARoute", { gateway: { httpRoute: { gkePolicies: true } } }, "gateway.httpRoute.gkePolicies is on and gateway.httpRoute.enabled is not"],
  ["MoreGatewaysThanTheMost", { gateway: { replicas: 9, autoscaling: { enabled: true } } }, "gateway.replicas 9, which with autoscaling are the fewest, exceed gateway.autoscaling.maxReplicas 6"],
]) {
  test(`Template_${situation}_IsRefusedWithTheReason`, async () => {
    const refusal = await refusalOf(change);
    assert.ok(refusal.includes(message), `${message}\nis not in\n${refusal}`);
  });
}

test("Template_SeveralMistakes_AreAllTold", async () => {
  const refusal = await refusalOf(version({ precision: "fp16", grpc: { enabled: true } }));
  assert.match(refusal, /precision fp16/);
  assert.match(refusal, /grpc\.enabled/);
});
