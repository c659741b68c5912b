import assert from "node:assert/strict";
import { test } from "node:test";
import rollout from "../release/rollout.js";

const v1 = { image: "r/gpt2:1_v0.01", replicas: 3, precision: "int8", weight: 100, labels: ["stable", "eu"] };
const stable = { "1_v0.01": v1 };
const canary = (versions, tag, share, source) => rollout.steps(versions, { tag, share, action: "canary", source })[0];
const promote = (versions, tag) => rollout.steps(versions, { tag, action: "promote" })[0];
const rollback = (versions, tag) => rollout.steps(versions, { tag, action: "rollback" })[0];
const whole = (versions, tag, source) => rollout.steps(versions, { tag, source });
const weights = versions => Object.fromEntries(Object.entries(versions).map(([name, { weight, labels }]) => [name, [weight, ...labels]]));
const withCanary = canary(stable, "2_v0.02", 10);
const promoted = promote(withCanary, "2_v0.02");

test("Canary_OfAStableVersion_IsLikeItAndTakesItsShare", () => assert.deepEqual(withCanary, {
  "1_v0.01": { ...v1, weight: 90, labels: ["stable", "eu"] },
  "2_v0.02": { image: "r/gpt2:2_v0.02", replicas: 3, precision: "int8", weight: 10, labels: ["canary"] },
}));
test("Canary_AgainWithMore_OnlyMovesTheShare", () => assert.deepEqual(weights(canary(withCanary, "2_v0.02", 50)), { "1_v0.01": [50, "stable", "eu"], "2_v0.02": [50, "canary"] }));
test("Canary_FromAnAddress_HasItsTagReplaced", () =>
  assert.equal(canary({ 1: { modelUri: "gs://b/gpt2/1" } }, "2", 5)["2"].modelUri, "gs://b/gpt2/2"));
test("Canary_FromElsewhere_HasThatSourceOnly", () =>
  assert.deepEqual(canary(stable, "2", 5, { modelUri: "hf://a/b" })["2"], { modelUri: "hf://a/b", replicas: 3, precision: "int8", weight: 5, labels: ["canary"] }));
test("Canary_SourceThatCantBeTold_IsRefused", () => assert.throws(() => canary({ "1_v0.01": { image: "r/gpt2:latest" } }, "2_v0.02", 5), /give --image or --model-uri/));
test("Canary_WhileAnotherIsOne_IsRefused", () => assert.throws(() => canary(withCanary, "3_v0.03", 5), { message: "2_v0.02 is the canary; promote it or roll it back first" }));
test("Canary_TheStableVersion_IsRefused", () => assert.throws(() => canary(stable, "1_v0.01", 5), { message: "1_v0.01 is the stable version already" }));
test("Canary_NoneStable_IsRefused", () => assert.throws(() => canary({ a: { weight: 50 }, b: { weight: 50 } }, "c", 5), /none of a, b is labelled stable/));

test("Promote_ACanary_LeavesTheOldOneWithoutRequests", () => assert.deepEqual(weights(promoted), { "1_v0.01": [0, "previous"], "2_v0.02": [100, "stable", "eu"] }));
test("Promote_Again_DropsWhatWasPrevious", () =>
  assert.deepEqual(weights(promote(canary(promoted, "3_v0.03", 10), "3_v0.03")), { "2_v0.02": [0, "previous"], "3_v0.03": [100, "stable", "eu"] }));
test("Promote_NotRolledOut_IsRefused", () => assert.throws(() => promote(stable, "9"), { message: "9 is not rolled out; there are 1_v0.01" }));

test("Rollback_OfACanary_IsAsBefore", () => assert.deepEqual(rollback(withCanary), { "1_v0.01": v1 }));
test("Rollback_OfAPromotion_Swaps", () => assert.deepEqual(weights(rollback(promoted, "2_v0.02")), { "1_v0.01": [100, "stable", "eu"], "2_v0.02": [0, "previous"] }));
test("Rollback_Twice_IsAsBefore", () => assert.deepEqual(weights(rollback(rollback(promoted))), weights(promoted)));
test("Rollback_OfAnotherVersion_IsRefused", () => assert.throws(() => rollback(promoted, "1_v0.01"), { message: "1_v0.01 can't be rolled back: the stable version is 2_v0.02" }));
test("Rollback_NothingBefore_IsRefused", () => assert.throws(() => rollback(stable), /there is no version before 1_v0.01/));

test("Whole_ANewVersion_WaitsWithoutRequestsFirst", () => assert.deepEqual(whole(stable, "2_v0.02").map(weights), [
  { "1_v0.01": [100, "stable", "eu"], "2_v0.02": [0, "canary"] },
  { "1_v0.01": [0, "previous"], "2_v0.02": [100, "stable", "eu"] },
]));
test("Whole_TheCanary_IsPromoted", () => assert.deepEqual(whole(withCanary, "2_v0.02"), [promoted]));

test("Steps_EachState_HasWeightsOf100AndOneStable", () => {
  for (const state of [withCanary, promoted, rollback(withCanary), rollback(promoted), ...whole(promoted, "3_v0.03")]) {
    const versions = Object.values(state);
    assert.equal(versions.reduce((sum, { weight }) => sum + weight, 0), 100);
    assert.equal(versions.filter(({ labels }) => labels.includes("stable")).length, 1);
  }
});
