import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { chart } from "./helm.mjs";
import { current } from "./readme.mjs";

test("Readme_TableOfValues_IsCurrent", () => {
  const readme = readFileSync(`${chart}/README.md`, "utf8");
  assert.equal(readme, current(readme), "run: node helm/tests/readme.mjs --write");
});
