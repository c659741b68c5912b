import assert from "node:assert/strict";
import { basename } from "node:path";
import { test } from "node:test";
import { chart, helm, named, objectsIn, scenarios } from "./helm.mjs";
import { rules } from "./rules.mjs";
import { mistakes } from "./schemas.mjs";

for (const scenario of scenarios) {
  const name = basename(scenario, "-values.yaml");

  test(`Lint_Scenario_${name}_IsClean`, async () => {
    const { code, stdout, stderr } = await helm("lint", "--strict", chart, "--values", scenario);
    assert.equal(code, 0, stdout + stderr);
    assert.doesNotMatch(stdout, /\[(WARNING|ERROR)\]/);
  });

  test(`Objects_Scenario_${name}_MeetTheirSchemas`, async () => {
    const objects = await objectsIn(scenario);
    const wrong = await Promise.all(objects.map(async object => (await mistakes(object)).map(mistake => `${named(object)}: ${mistake}`)));
    assert.ok(objects.length > 10);
    assert.deepEqual(wrong.flat(), []);
  });

  for (const [rule, { complaints }] of Object.entries(rules)) {
    test(`${rule}_Scenario_${name}_Holds`, async () => assert.deepEqual(complaints(await objectsIn(scenario)), []));
  }
}

for (const [rule, { complaints, breaks }] of Object.entries(rules)) {
  test(`${rule}_Broken_IsNoticed`, async () => {
    const objects = await objectsIn(`${chart}/ci/fleet-values.yaml`);
    assert.notEqual(breaks(objects), false);
    assert.notDeepEqual(complaints(objects), []);
  });
}
