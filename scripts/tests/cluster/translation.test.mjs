import assert from "node:assert/strict";
import { test } from "node:test";
import { translateAnswer, translatePath, translateRequest, wantsInitialEvents } from "./translation.mjs";

test("TranslatePath_OfEndpointSlices_IsTheOldApis", () => {
  assert.equal(translatePath("/apis/discovery.k8s.io/v1/namespaces/a/endpointslices?watch=true"), "/apis/discovery.k8s.io/v1beta1/namespaces/a/endpointslices?watch=true");
  assert.equal(translatePath("/apis/policy/v1?timeout=32s"), "/apis/policy/v1beta1?timeout=32s");
});

test("TranslatePath_OfWhatTheOldServerHas_IsTheSame", () => {
  for (const path of ["/apis/policy/v1beta1", "/apis/apps/v1/namespaces/a/deployments", "/api/v1/services"]) assert.equal(translatePath(path), path);
});

test("TranslateRequest_PreStopSleep_IsAnExecThatTheNodeKnows", () => {
  const deployment = preStop => ({ apiVersion: "apps/v1", kind: "Deployment", spec: { template: { spec: { containers: [{ name: "a", lifecycle: { preStop } }, { name: "b" }] } } } });
  assert.deepEqual(translateRequest(deployment({ sleep: { seconds: 5 } })), deployment({ exec: { command: ["translated-sleep", "5"] } }));
});

test("TranslateRequest_OfABudget_IsTheOldOne", () => assert.deepEqual(
  translateRequest({ apiVersion: "policy/v1", kind: "PodDisruptionBudget", spec: { maxUnavailable: 1, unhealthyPodEvictionPolicy: "AlwaysAllow" } }),
  { apiVersion: "policy/v1beta1", kind: "PodDisruptionBudget", spec: { maxUnavailable: 1 } }));

test("TranslateRequest_OfAServicesPorts_HaveTheirProtocol", () => assert.deepEqual(
  translateRequest({ apiVersion: "v1", kind: "Service", spec: { ports: [{ port: 80 }, { port: 53, protocol: "UDP" }] } }).spec.ports,
  [{ protocol: "TCP", port: 80 }, { protocol: "UDP", port: 53 }]));

test("TranslateAnswer_EventOfAWatch_IsTodays", () => assert.equal(
  translateAnswer("/apis/discovery.k8s.io/v1/endpointslices", '{"type":"ADDED","object":{"kind":"EndpointSlice","apiVersion":"discovery.k8s.io/v1beta1"}}'),
  '{"type":"ADDED","object":{"kind":"EndpointSlice","apiVersion":"discovery.k8s.io/v1"}}'));

test("TranslateAnswer_ListOfGroups_HasTodaysVersionFirst", () => assert.deepEqual(
  JSON.parse(translateAnswer("/apis", '{"groups":[{"name":"policy","versions":[{"groupVersion":"policy/v1beta1","version":"v1beta1"}]},{"name":"apps","versions":[]}]}')).groups,
  [{ name: "policy", versions: [{ groupVersion: "policy/v1", version: "v1" }, { groupVersion: "policy/v1beta1", version: "v1beta1" }], preferredVersion: { groupVersion: "policy/v1", version: "v1" } },
    { name: "apps", versions: [] }]));

test("WantsInitialEvents_OnlyWhereAskedFor", () => {
  assert.ok(wantsInitialEvents("/api/v1/pods?watch=true&sendInitialEvents=true"));
  assert.ok(!wantsInitialEvents("/api/v1/pods?watch=true&sendInitialEvents=false"));
});
