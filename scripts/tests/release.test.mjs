import assert from "node:assert/strict";
import { chmodSync, cpSync, existsSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync, readdirSync } from "node:fs";
import { execFileSync, spawn } from "node:child_process";
import { after, before, describe, test } from "node:test";
import { environment, freePort, must, root, run, sdk, standIns, temporaryFolder } from "./container.mjs";

const exported = 1557429385;

describe("Release", { timeout: 1_800_000 }, () => {
  const { folder, remove } = temporaryFolder();
  let registry;
  let process_;

  before(async () => {
    const port = await freePort();
    registry = `127.0.0.1:${port}/models`;
    writeFileSync(`${folder}/registry.yml`,
      `version: 0.1\nlog: {level: error}\nstorage: {filesystem: {rootdirectory: ${folder}/registry}}\nhttp: {addr: "127.0.0.1:${port}"}\n`);
    process_ = spawn("docker-registry", ["serve", `${folder}/registry.yml`], { stdio: "ignore" });
    await must("curl", ["--silent", "--fail", "--retry", "60", "--retry-delay", "1", "--retry-connrefused", `http://127.0.0.1:${port}/v2/`]);
    await must("scripts/tests/stand-in-images", ["artifacts/images/stand-in"]);
  });

  after(() => {
    process_?.kill();
    remove();
  });

  const checkpoint = (name, time = exported) => {
    const copy = `${folder}/${name}`;
    cpSync(`${root}/models/demo-gpt2`, copy, { recursive: true });
    for (const file of readdirSync(copy)) utimesSync(`${copy}/${file}`, time, time);
    return copy;
  };
  const changed = (name, time) => {
    const copy = checkpoint(name, time);
    writeFileSync(`${copy}/generation_config.json`, `{"name": "${name}"}\n`);
    utimesSync(`${copy}/generation_config.json`, time, time);
    return copy;
  };
  const tagVersion = (model, copy, ...more) => run("scripts/tag-version", [copy, "--name", model, "--registry", registry, "--records", `${folder}/releases`, ...more]);
  const build = (model, copy, tag) => must("scripts/build-images",
    [...standIns, "model-server", "--model", copy, "--name", model, "--version", tag, "--registry", registry, "--push", ...sdk]);
  const refused = async (promise, message) => {
    const { code, stdout, stderr } = await promise;
    assert.equal(stdout, "");
    assert.notEqual(code, 0);
    assert.ok(stderr.includes(message), stderr);
  };

  test("TagVersion_FirstOfAModel_IsItsTimeOfExportAndOne", async () => {
    const { stdout, stderr } = await tagVersion("first", checkpoint("first"));
    assert.equal(stdout, "1557429385_v0.01\n", stderr);
    const record = JSON.parse(readFileSync(`${folder}/releases/first/1557429385_v0.01.json`, "utf8"));
    assert.match(record.digest, /^sha256:[0-9a-f]{64}$/);
    assert.deepEqual({ ...record, digest: "" }, {
      model: "first", tag: "1557429385_v0.01", digest: "", image: `${registry}/first:1557429385_v0.01`, exported, servedBefore: null, digestBefore: null,
    });
  });

  test("TagVersion_ANumberedExport_HasThatTime", async () => {
    const { stdout, stderr } = await tagVersion("numbered", checkpoint("1557500000", 1600000000));
    assert.equal(stdout, "1557500000_v0.01\n", stderr);
  });

  test("TagVersion_AfterAPush_KnowsTagAndDigestFromTheRegistry", async () => {
    const one = checkpoint("one");
    await build("gpt2", one, "1557429385_v0.01");

    await refused(tagVersion("gpt2", one), "is the checkpoint of 1557429385_v0.01 (sha256:");
    assert.equal((await tagVersion("gpt2", one, "--unchanged")).stdout, "1557429385_v0.02\n");
    await refused(tagVersion("gpt2", one, "--tag", "1557429385_v0.01"), `${registry}/gpt2 has the tag 1557429385_v0.01 already`);
    await refused(tagVersion("gpt2", changed("older", exported - 1)), "exported at 1557429384, before the latest tag 1557429385_v0.01; --older allows it");

    const next = await tagVersion("gpt2", changed("next", exported + 86400));
    assert.equal(next.stdout, "1557515785_v0.02\n", next.stderr);
    const record = JSON.parse(readFileSync(`${folder}/releases/gpt2/1557515785_v0.02.json`, "utf8"));
    assert.equal(record.servedBefore, "1557429385_v0.01");
    assert.match(record.digestBefore, /^sha256:[0-9a-f]{64}$/);
    assert.notEqual(record.digest, record.digestBefore);
    assert.equal((await tagVersion("gpt2", `${folder}/next`, "--major")).stdout, "1557515785_v1.00\n");
  });

  test("TagVersion_ADirtyCheckpoint_IsRefused", async () => {
    const dirty = checkpoint("dirty");
    writeFileSync(`${dirty}/model.safetensors.tmp`, "");
    await refused(tagVersion("dirty", dirty), "is dirty: model.safetensors.tmp is left of an export that did not end");
    rmSync(`${dirty}/model.safetensors.tmp`);
    execFileSync("git", ["init", "--quiet", dirty]);
    execFileSync("git", ["-C", dirty, "add", "."]);
    execFileSync("git", ["-C", dirty, "-c", "user.name=t", "-c", "user.email=t@localhost", "commit", "--quiet", "-m", "a"]);
    writeFileSync(`${dirty}/generation_config.json`, "{}");
    await refused(tagVersion("dirty", dirty), "is dirty: git has changes of generation_config.json");
  });

  test("TagVersion_ABrokenCheckpoint_IsRefused", async () => {
    const broken = checkpoint("broken");
    writeFileSync(`${broken}/model.safetensors`, "not weights");
    await refused(tagVersion("broken", broken), "broken can't be served: ");
  });

  for (const [situation, words, message] of [
    ["NoName", ["models/demo-gpt2"], "a CHECKPOINT, --name and --registry are needed"],
    ["ANameThatNamesNoImage", ["models/demo-gpt2", "--name", "GPT 2", "--registry", "r/m"], "--name 'GPT 2' must be"],
    ["AMalformedTag", ["models/demo-gpt2", "--name", "a", "--registry", "r/m", "--tag", "v1"], "--tag 'v1' must be <unix time>_v<major>.<minor>"],
    ["NoSuchFolder", ["no/such/folder", "--name", "a", "--registry", "r/m"], "no/such/folder is no folder"],
    ["AnUnknownOption", ["models/demo-gpt2", "--nam", "a"], "unknown option '--nam'; known: --name"],
    ["ARegistryThatIsNotThere", ["models/demo-gpt2", "--name", "a", "--registry", "127.0.0.1:1/m"], "the registry of 127.0.0.1:1/m/a can't be asked"],
  ]) {
    test(`TagVersion_${situation}_IsRefused`, () => refused(run("scripts/tag-version", words), message));
  }

  // A cluster in a file: its release's values. Everything else is asked of the real helm.
  const cluster = values => {
    const place = mkdtempSync(`${folder}/cluster-`);
    const helm = execFileSync("which", ["helm"], { encoding: "utf8" }).trim();
    writeFileSync(`${place}/values.json`, JSON.stringify(values));
    writeFileSync(`${place}/helm`, `#!/usr/bin/env bash
case "$1" in
  get) cat "${place}/values.json" ;;
  upgrade)
    echo "$*" >>"${place}/upgrades"
    while [ "$1" != --values ]; do shift; done
    "${helm}" template elastic-synapse "${root}/helm/elastic-synapse" --values "$2" >/dev/null && cp "$2" "${place}/values.json" ;;
  *) exec "${helm}" "$@" ;;
esac
`);
    chmodSync(`${place}/helm`, 0o755);
    return {
      rollOut: (...words) => run("scripts/roll-out", words, { env: { ...environment, PATH: `${place}:${process.env.PATH}` } }),
      versions: model => JSON.parse(readFileSync(`${place}/values.json`, "utf8")).models[model].versions,
      upgrades: () => (existsSync(`${place}/upgrades`) ? readFileSync(`${place}/upgrades`, "utf8").trim().split("\n") : []),
    };
  };
  const served = { gateway: { callers: { anonymous: true } }, models: { gpt2: { kind: "generator", versions: { "1557429385_v0.01": { image: "r/gpt2:1557429385_v0.01", weight: 100, labels: ["stable"] } } } } };
  const weights = versions => Object.fromEntries(Object.entries(versions).map(([name, { weight, labels }]) => [name, `${weight} ${labels}`]));

  test("RollOut_CanaryPromoteAndBack_AreAnUpgradeEach", async () => {
    const { rollOut, versions, upgrades } = cluster(served);
    const canary = await rollOut("gpt2", "1557515785_v0.02", "--canary", "10", "--timeout", "9m");
    assert.equal(canary.code, 0, canary.stderr);
    assert.match(canary.stdout, /\+ Deployment\/elastic-synapse-gpt2-1557515785-v0-02\n/);
    assert.match(canary.stdout, /- elastic-synapse.io\/weight: "100"\n {4}\+ elastic-synapse.io\/weight: "90"/);
    assert.deepEqual(weights(versions("gpt2")), { "1557429385_v0.01": "90 stable", "1557515785_v0.02": "10 canary" });
    assert.equal(versions("gpt2")["1557515785_v0.02"].image, "r/gpt2:1557515785_v0.02");

    assert.equal((await rollOut("gpt2", "1557515785_v0.02", "--promote")).code, 0);
    assert.deepEqual(weights(versions("gpt2")), { "1557429385_v0.01": "0 previous", "1557515785_v0.02": "100 stable" });

    assert.equal((await rollOut("gpt2", "--rollback")).code, 0);
    assert.deepEqual(weights(versions("gpt2")), { "1557429385_v0.01": "100 stable", "1557515785_v0.02": "0 previous" });
    assert.equal(upgrades().length, 3);
    assert.match(upgrades()[0], /^upgrade elastic-synapse .*--namespace elastic-synapse --reset-values .*--rollback-on-failure --wait --timeout 9m$/);
  });

  test("RollOut_AWholeVersion_IsReadyBeforeItIsAsked", async () => {
    const { rollOut, versions, upgrades } = cluster(served);
    const { code, stdout, stderr } = await rollOut("gpt2", "1557515785_v0.02");
    assert.equal(code, 0, stderr);
    assert.match(stdout, /step 1 of 2\n {2}1557429385_v0.01: 100 %, stable\n {2}1557515785_v0.02: 0 %, canary\n/);
    assert.match(stdout, /step 2 of 2\n {2}1557429385_v0.01: 0 %, previous\n {2}1557515785_v0.02: 100 %, stable\n/);
    assert.equal(upgrades().length, 2);
    assert.deepEqual(weights(versions("gpt2")), { "1557429385_v0.01": "0 previous", "1557515785_v0.02": "100 stable" });
  });

  test("RollOut_DryRun_ChangesNothingAndSavesWhatWouldBe", async () => {
    const { rollOut, versions, upgrades } = cluster(served);
    const before = versions("gpt2");
    const { stdout } = await rollOut("gpt2", "1557515785_v0.02", "--canary", "25", "--dry-run", "--save", `${folder}/saved.json`);
    assert.match(stdout, /roll-out: nothing was changed \(--dry-run\)\n$/);
    assert.deepEqual([versions("gpt2"), upgrades()], [before, []]);
    const next = await rollOut("gpt2", "1557515785_v0.02", "--promote", "--dry-run", "--values", `${folder}/saved.json`);
    assert.match(next.stdout, /1557515785_v0.02: 100 %, stable/);
  });

  test("RollOut_AModelNewToTheRelease_GetsAllRequests", async () => {
    const { rollOut, versions } = cluster(served);
    assert.equal((await rollOut("toxicity", "1557429385_v0.01", "--kind", "classifier", "--model-uri", "gs://b/toxicity")).code, 0);
    assert.deepEqual(versions("toxicity"), { "1557429385_v0.01": { modelUri: "gs://b/toxicity", weight: 100, labels: ["stable"] } });
  });

  test("RollOut_ACheckpoint_TagsBuildsPushesAndRollsOut", async () => {
    const { rollOut, versions, upgrades } = cluster({ ...served, models: { story: { kind: "generator", versions: { "1557429385_v0.01": { image: `${registry}/story:1557429385_v0.01`, weight: 100, labels: ["stable"] } } } } });
    const { code, stdout, stderr } = await rollOut("story", "--checkpoint", changed("story", exported + 86400), "--registry", registry, "--records", `${folder}/releases`, "--canary", "20", "--builder", [...standIns, ...sdk].join(" "));
    assert.equal(code, 0, stderr + stdout);
    const { tags } = await (await fetch(`http://${registry.replace("/", "/v2/")}/story/tags/list`)).json();
    assert.deepEqual(tags, ["1557515785_v0.01"]);
    assert.deepEqual(weights(versions("story")), { "1557429385_v0.01": "80 stable", "1557515785_v0.01": "20 canary" });
    assert.equal(versions("story")["1557515785_v0.01"].image, `${registry}/story:1557515785_v0.01`);
    assert.equal(upgrades().length, 1);
  });

  for (const [situation, words, message] of [
    ["NoTag", ["gpt2"], "which TAG?"],
    ["NoModel", [], "which MODEL?"],
    ["TwoActions", ["gpt2", "a", "--promote", "--rollback"], "--promote and --rollback exclude each other"],
    ["AShareOfEverything", ["gpt2", "a", "--canary", "100"], "--canary '100' must be more than 0 and less than 100 percent"],
    ["ValuesOfAFileForReal", ["gpt2", "a", "--values", "v.yaml"], "--values and --save go with --dry-run"],
    ["ACheckpointForATag", ["gpt2", "a", "--checkpoint", "c", "--registry", "r/m"], "--checkpoint makes a new tag and image"],
    ["AnUnknownKind", ["gpt2", "a", "--kind", "writer"], "--kind 'writer' must be generator or classifier"],
    ["OneWordTooMany", ["gpt2", "a", "b"], "there is one word too many: 'b'"],
    ["AnUnknownModel", ["gpt3", "a"], "the release has no model gpt3; to add it give its --kind"],
    ["ANewModelWithoutSource", ["gpt3", "a", "--kind", "generator"], "its first version gets all requests, and needs --image or --model-uri"],
    ["AnotherKind", ["gpt2", "a", "--kind", "classifier"], "gpt2 is a generator"],
    ["APromotionOfNobody", ["gpt2", "9_v0.09", "--promote"], "9_v0.09 is not rolled out; there are 1557429385_v0.01"],
    ["ValuesThatTheChartRefuses", ["gpt2", "1_v0.01", "--kind", "generator", "--image", "r/gpt2:1_v0.01", "--dry-run", "--values", "helm/elastic-synapse/values.yaml"], "gateway.callers must say who may call"],
  ]) {
    test(`RollOut_${situation}_IsRefused`, () => refused(cluster(served).rollOut(...words), message));
  }
});
