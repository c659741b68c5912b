// Runs helm on the chart.
import { execFile } from "node:child_process";
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { parseAllDocuments } from "yaml";

export const chart = fileURLToPath(new URL("../elastic-synapse", import.meta.url));

/** Every scenario: a file of values that a kind of user would have. */
export const scenarios = readdirSync(`${chart}/ci`).map(file => `${chart}/ci/${file}`);

/** Runs helm to its end. Returns its exit code and what it printed. */
export async function helm(...args) {
  try {
    const { stdout, stderr } = await promisify(execFile)("helm", args, { maxBuffer: 1 << 26, timeout: 60_000 });
    return { code: 0, stdout, stderr };
  } catch (error) {
    if (error.code === "ENOENT") throw new Error("helm is not on the PATH; ./scripts/test chart takes it from npm");
    return { code: error.code, stdout: error.stdout, stderr: error.stderr };
  }
}

/** The manifests that a release named demo in the namespace serving would have. Throws what helm says when it refuses. */
async function manifests(...args) {
  const { code, stdout, stderr } = await helm("template", "demo", chart, "--namespace", "serving", ...args);
  if (code !== 0) throw new Error(stderr);
  return stdout;
}

export const objectsOf = yaml => parseAllDocuments(yaml).map(document => document.toJS()).filter(object => object);

export const render = async (...args) => objectsOf(await manifests(...args));

const rendered = new Map();

/** The objects of a scenario, the caller's to change; rendered once. */
export async function objectsIn(scenario) {
  if (!rendered.has(scenario)) rendered.set(scenario, await render("--values", scenario));
  return structuredClone(rendered.get(scenario));
}

export const named = object => `${object.kind}/${object.metadata.name}`;
