import assert from "node:assert/strict";
import { test } from "node:test";
import tags from "../release/tags.js";

test("Next_NoTagsYet_IsTheFirst", () => assert.equal(tags.next([], 1557429385), "1557429385_v0.01"));
test("Next_NoTagsYetAndMajor_IsOne", () => assert.equal(tags.next([], 1557429385, { major: true }), "1557429385_v1.00"));
test("Next_OtherTagsOnly_IsTheFirst", () => assert.equal(tags.next(["latest", "v3", "1557429385_v0.1-rc"], 1557429385), "1557429385_v0.01"));
test("Next_TagsInAnyOrder_FollowsTheGreatest", () =>
  assert.equal(tags.next(["1557429387_v0.10", "1557429385_v0.01", "1557429386_v0.09"], 1557429388), "1557429388_v0.11"));
test("Next_Minor99_GoesOnTo100", () => assert.equal(tags.next(["1_v0.99"], 2), "2_v0.100"));
test("Next_Major_BeginsAtZero", () => assert.equal(tags.next(["1557429385_v1.07"], 1557429385, { major: true }), "1557429385_v2.00"));
test("Next_AnOlderExport_IsRefused", () => assert.throws(() => tags.next(["1557429385_v0.01"], 1557429384),
  { message: "the checkpoint was exported at 1557429384, before the latest tag 1557429385_v0.01; --older allows it" }));
test("Next_AnOlderExportAllowed_StillHasTheHigherNumber", () => assert.equal(tags.next(["1557429385_v0.01"], 1557429384, { older: true }), "1557429384_v0.02"));
