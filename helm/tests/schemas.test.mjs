import assert from "node:assert/strict";
import { test } from "node:test";
import { mistakes } from "./schemas.mjs";

const pod = change => {
  const object = { apiVersion: "v1", kind: "Pod", metadata: { name: "a", labels: { anything: "goes" } },
    spec: { containers: [{ name: "a", image: "b", resources: { limits: { "nvidia.com/gpu": 1 } } }] } };
  change?.(object);
  return object;
};

test("Mistakes_AGoodObject_AreNone", async () => assert.deepEqual(await mistakes(pod()), []));

for (const [what, change, complaint] of [
  ["AMisspeltField", object => { object.spec.containers[0].imagePullPolice = "Always"; }, "/spec/containers/0/imagePullPolice is unknown"],
  ["AMisspeltSection", object => { object.spec.conatiners = []; }, "/spec/conatiners is unknown"],
  ["AMisspeltMetadata", object => { object.metadata.lables = {}; }, "/metadata/lables is unknown"],
]) {
  test(`Mistakes_${what}_IsNamed`, async () => assert.deepEqual(await mistakes(pod(change)), [complaint]));
}

test("Mistakes_AWrongType_IsNamed", async () =>
  assert.match((await mistakes(pod(object => { object.spec.terminationGracePeriodSeconds = "soon"; }))).join(), /terminationGracePeriodSeconds.*integer/));

test("Mistakes_AKindThatIsNot_IsNamed", async () =>
  assert.match((await mistakes({ apiVersion: "apps/v1", kind: "Deploymint", metadata: {} })).join(), /no apps\/v1 Deploymint/));
