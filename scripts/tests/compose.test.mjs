// The images built with podman, and compose.yaml brought up by Podman's compose.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { example, freePort, images, must, podman, run, sdk } from "./container.mjs";

const services = ["gateway", "model-server", "classifier", "bert-toxic"];

describe("Compose", { timeout: 1_800_000 }, () => {
  const project = "elastic-synapse-test";
  let environment;
  const compose = (...words) => must("podman-compose", ["--project-name", project, "--file", "compose.yaml", ...words], { env: environment });

  before(async () => {
    environment = { ...podman, TAG: "compose", PORT: String(await freePort()) };
    await must("scripts/tests/stand-in-images", ["artifacts/images/stand-in"]);
    await must("scripts/build-images", ["--with", "podman", ...images, "--tag", "compose", ...sdk], { env: podman });
    // Named, because an old podman-compose starts the services of every profile.
    await compose("up", "--detach", ...services);
  });

  after(async () => {
    await run("podman-compose", ["--project-name", project, "--file", "compose.yaml", "down", "--volumes"], { env: environment });
    await run("podman", ["network", "rm", "--force", `${project}_default`], { env: environment });
  });

  const inspected = async (service, format) => (await must("podman", ["inspect", "--format", format, `${project}_${service}_1`], { env: environment })).trim();

  test("Up_OfTheThreeServices_AnswersACompletionAndAClassification", async () => {
    const address = `http://127.0.0.1:${environment.PORT}`;
    await must("curl", ["--silent", "--fail", "--retry", "120", "--retry-delay", "1", "--retry-all-errors", `${address}/readyz`]);
    const ask = async (path, body) => {
      const answer = await fetch(address + path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
      assert.equal(answer.status, 200, await answer.clone().text());
      return answer.json();
    };

    const { choices } = await ask("/v1/completions", { prompt: example.prompt, max_tokens: 8, temperature: 0 });
    assert.equal(choices[0].text, example.goesOn);
    assert.deepEqual((await ask("/classify", { text: "You are an idiot and a fool." })).flagged, ["toxic", "insult"]);
  });

  test("BertToxic_ForTheFirstClient_HasItsNameAndTheModelBert", async () => {
    const [{ Aliases: names, IPAddress: address }] = Object.values(JSON.parse(await inspected("bert-toxic", "{{json .NetworkSettings.Networks}}")));
    assert.ok(names.includes("bert-toxic"), names.join());
    const status = await must("curl", ["--silent", "--fail", "--retry", "120", "--retry-delay", "1", "--retry-all-errors", `http://${address}:8082/v1/models/bert`]);
    assert.equal(JSON.parse(status).model_version_status[0].state, "AVAILABLE");
  });

  for (const service of services) {
    test(`Container_Of_${service}_IsBoundAndEndsWell`, async () => {
      assert.equal(await inspected(service, "{{.HostConfig.ReadonlyRootfs}} {{.EffectiveCaps}} {{.HostConfig.SecurityOpt}}"), "true [] [no-new-privileges]");
      await must("podman", ["stop", "--time", "45", `${project}_${service}_1`], { env: environment });
      assert.equal(await inspected(service, "{{.State.ExitCode}}"), "0");
    });
  }
});
