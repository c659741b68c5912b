import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { render } from "../../helm/tests/helm.mjs";
import { example, freePort, Image, must, root, run, sdk, standIns } from "./container.mjs";

const services = ["gateway", "model-server", "classifier"];
const build = (...words) => must("scripts/build-images", [...standIns, ...words, ...sdk]);

describe("Images", { timeout: 1_800_000 }, () => {
  const images = {};
  const containers = [];
  let builds;

  before(async () => {
    await must("scripts/tests/stand-in-images", ["artifacts/images/stand-in"]);
    builds = [
      await build("--tag", "test"),
      await build("model-server", "--model", "models/demo-gpt2", "--name", "demo-gpt2", "--version", "1557429385_v0.01"),
      await build("--gpu", "--cuda-image", "stand-in/cuda", "--tag", "test"),
      await build("model-server", "--gpu", "--cuda-image", "stand-in/cuda", "--model", "models/demo-gpt2", "--name", "demo-gpt2-gpu", "--version", "1557429385_v0.01"),
      await build("classifier", "--model", "models/demo-bert", "--name", "demo-bert", "--version", "1557429385_v0.01", "--precision", "int8"),
    ];
    for (const name of [...services.map(service => `elastic-synapse/${service}:test`), "elastic-synapse/model-server:test-gpu", "elastic-synapse/classifier:test-gpu", "demo-gpt2-gpu:1557429385_v0.01", "demo-gpt2:1557429385_v0.01", "demo-bert:1557429385_v0.01"]) {
      images[name] = await Image.open(`localhost/${name}`);
    }
  });

  after(async () => {
    await Promise.all(containers.map(container => container.stop()));
    await Promise.all(Object.values(images).map(image => image.close()));
  });

  const start = (name, settings, more) => {
    const container = images[name].start(settings, more);
    containers.push(container);
    return container;
  };

  for (const service of services) {
    test(`Config_Of_${service}_IsWhatKubernetesNeeds`, () => {
      const { User, WorkingDir, Labels, Env, ExposedPorts } = images[`elastic-synapse/${service}:test`].config;
      assert.equal(User, "1654:1654");
      assert.equal(WorkingDir, "/app");
      assert.equal(Labels["org.opencontainers.image.licenses"], "MIT");
      assert.equal(Labels["org.opencontainers.image.version"], "test");
      assert.match(Labels["org.opencontainers.image.revision"], /^[0-9a-f]{40}$/);
      assert.match(Labels["org.opencontainers.image.created"], /^\d{4}-\d\d-\d\dT/);
      const port = { gateway: 8080, "model-server": 8081, classifier: 8082 }[service];
      assert.ok(Env.includes(`ASPNETCORE_URLS=http://+:${port}`));
      assert.ok(`${port}/tcp` in ExposedPorts);
      assert.equal(Env.includes("ORT_DISABLE_TELEMETRY=1"), service !== "gateway");
      assert.deepEqual(Env.filter(entry => /TOKEN|SECRET|Model__/.test(entry)), []);
    });

    test(`Files_Of_${service}_HaveNoShellNoSourcesAndNoSecrets`, () => {
      const { files } = images[`elastic-synapse/${service}:test`];
      assert.deepEqual(["bin/sh", "bin/bash", "usr/bin/sh", "src", "root/.nuget", "run/secrets", "usr/share/dotnet/sdk"].filter(path => existsSync(`${files}/${path}`)), []);
      assert.equal(readdirSync(`${files}/app`).some(file => file.endsWith(".cs")), false);
    });

    test(`BillOfMaterials_Of_${service}_ListsPackagesRuntimesAndTheSystem`, () => {
      const bill = JSON.parse(readFileSync(`${images[`elastic-synapse/${service}:test`].files}/usr/share/sbom/${service}.cdx.json`, "utf8"));
      assert.equal(bill.bomFormat, "CycloneDX");
      const has = (name, type) => bill.components.some(component => component.name === name && component.version && component.purl.startsWith(`pkg:${type}/`));
      assert.ok(has(service === "gateway" ? "Yarp.ReverseProxy" : "Microsoft.ML.OnnxRuntime", "nuget"));
      assert.ok(has("Microsoft.AspNetCore.App", "generic"));
      assert.ok(has("libc6", "deb"));
    });
  }

  test("Build_SecondAndThirdImage_FindTheirBuildStageBuilt", () => {
    const [, ...others] = builds[0].split("build-images: building");
    assert.equal(others.length, 3);
    for (const output of others.slice(1)) assert.doesNotMatch(output, /Determining projects to restore/);
  });

  test("Dockerfiles_BuildStages_AreAlike", () => {
    const stages = services.map(service => readFileSync(`${root}/${service}/Dockerfile`, "utf8").split(/\n(?=\n# The checkpoint that MODEL|\nFROM runtime)/)[0]);
    assert.ok(stages[0].includes("dotnet publish"));
    assert.deepEqual(new Set(stages).size, 1);
  });

  test("Checkpoint_InAnImage_IsListedWithItsDigest", () => {
    const { files, config } = images["demo-gpt2:1557429385_v0.01"];
    const weights = createHash("sha256").update(readFileSync(`${files}/model/model.safetensors`)).digest("hex");
    const { components } = JSON.parse(readFileSync(`${files}/usr/share/sbom/checkpoint.cdx.json`, "utf8"));
    assert.deepEqual(components.find(({ type }) => type === "machine-learning-model"),
      { type: "machine-learning-model", name: "model.safetensors", hashes: [{ alg: "SHA-256", content: weights }] });
    assert.match(config.Labels["io.elastic-synapse.checkpoint.digest"], /^sha256:[0-9a-f]{64}$/);
    assert.equal(statSync(`${files}/model/model.safetensors`).uid, 0, "the service's user can't change it");
  });

  test("Checkpoint_InAnImage_IsCompiledForItsPrecision", () => {
    const { files } = images["demo-bert:1557429385_v0.01"];
    assert.ok(existsSync(`${files}/model/compiled/int8/graph.onnx`));
    assert.ok(existsSync(`${files}/model/thresholds.json`));
    assert.deepEqual(JSON.parse(readFileSync(`${files}/app/appsettings.json`, "utf8")),
      { Model: { Uri: "/model", Name: "demo-bert", Version: "1557429385_v0.01", Precision: "int8" } });
  });

  test("Containers_WithCheckpointsInThem_AnswerThroughTheGateway", async () => {
    const [front, admin, writer, judge, grpc] = await Promise.all(Array.from({ length: 5 }, freePort));
    const address = port => `http://127.0.0.1:${port}`;
    const started = [
      start("demo-gpt2:1557429385_v0.01", { ASPNETCORE_URLS: address(writer) }),
      start("demo-bert:1557429385_v0.01", { ASPNETCORE_URLS: address(judge), Grpc__Port: `${grpc}` }),
    ];
    await Promise.all(started.map(container => container.says(/Now listening on/)));
    const gateway = start("elastic-synapse/gateway:test",
      { ASPNETCORE_URLS: address(front), Admin__Url: address(admin), Upstreams__Generator: address(writer), Upstreams__Classifier: address(judge) });
    await gateway.says(/Now listening on/);

    const ask = async (path, body) => {
      const answer = await fetch(address(front) + path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
      assert.equal(answer.status, 200, await answer.clone().text());
      return [await answer.json(), answer.headers.get("x-model-version")];
    };
    const [completion, writerVersion] = await ask("/v1/completions", { prompt: example.prompt, max_tokens: 8, temperature: 0 });
    assert.equal(completion.model, "demo-gpt2");
    assert.equal(completion.choices[0].text, example.goesOn);
    assert.equal(writerVersion, "1557429385_v0.01");
    const [judgement] = await ask("/classify", { text: "You are an idiot and a fool." });
    assert.deepEqual([judgement.version, judgement.flagged], ["1557429385_v0.01", ["toxic", "insult"]]);
    assert.equal((await (await fetch(`${address(judge)}/info`)).json()).model_dtype, "int8");
    assert.equal((await fetch(`${address(admin)}/readyz`)).status, 200);

    assert.deepEqual(await Promise.all([gateway, ...started].map(container => container.stop())), [0, 0, 0]);
  });

  test("Containers_WithTheChartsSettings_Start", async () => {
    const drain = { preStopSeconds: 0, readinessDelaySeconds: 0, graceSeconds: 5 };
    const model = (kind, name) => ({ [name]: { kind, versions: { "1557429385_v0.01": { image: `${name}:1557429385_v0.01` } } } });
    const objects = await render("--set-json", `modelDefaults.drain=${JSON.stringify(drain)}`, "--set-json", `gateway.drain=${JSON.stringify(drain)}`, "--set", "gateway.callers.anonymous=true",
      "--set-json", `models=${JSON.stringify({ ...model("generator", "demo-gpt2"), ...model("classifier", "demo-bert") })}`);
    const settings = Object.fromEntries(objects.filter(({ kind }) => kind === "Deployment").map(({ spec }) => spec.template.spec.containers[0])
      .map(({ name, env }) => [name, Object.fromEntries(env.map(({ name, value }) => [name, value]))]));
    // What Kubernetes mounts in every pod whose service account's token is wanted.
    const account = `${images["elastic-synapse/gateway:test"].files}/var/run/secrets/kubernetes.io/serviceaccount`;
    mkdirSync(account, { recursive: true });
    copyFileSync("/etc/ssl/certs/ca-certificates.crt", `${account}/ca.crt`);

    const started = [
      [start("elastic-synapse/gateway:test", settings.gateway, { offline: true }), /operators find health, metrics and the catalogue at http:\/\/\[::\]:8090/],
      [start("demo-gpt2:1557429385_v0.01", settings["model-server"], { offline: true }), /Now listening on: http:\/\/\[::\]:8081/],
      [start("demo-bert:1557429385_v0.01", settings.classifier, { offline: true }), /Now listening on: http:\/\/\[::\]:8082/],
    ];
    for (const [container, ready] of started) await container.says(ready);
    assert.deepEqual(await Promise.all(started.map(([container]) => container.stop())), [0, 0, 0]);
  });

  for (const precision of ["fp32", "int8", "int4"]) {
    test(`Container_With_${precision}_StartsWithoutNetworkOnAReadOnlyFileSystem`, async () => {
      const container = start("demo-gpt2:1557429385_v0.01", { Model__Precision: precision }, { offline: true });
      await container.says(/Now listening on: http:\/\/\[::\]:8081/);
      assert.equal(await container.stop(), 0);
    });
  }

  for (const service of ["model-server", "classifier"]) {
    test(`Image_Of_${service}ForGpus_HasTheProviderAndCudasLibraries`, () => {
      const { files, config } = images[`elastic-synapse/${service}:test-gpu`];
      const provider = "app/runtimes/linux-x64/native/libonnxruntime_providers_cuda.so";
      assert.ok(statSync(`${files}/${provider}`).size > 100_000_000);
      assert.ok(!existsSync(`${images[`elastic-synapse/${service}:test`].files}/${provider}`));
      assert.deepEqual(readdirSync(`${files}/usr/local/cuda/lib64`).sort(),
        ["libcublas.so.13", "libcublasLt.so.13", "libcudart.so.13", "libcudnn.so.9", "libcurand.so.10"]);
      for (const setting of ["LD_LIBRARY_PATH=/usr/local/cuda/lib64:/usr/local/nvidia/lib64", "NVIDIA_VISIBLE_DEVICES=all", "NVIDIA_DRIVER_CAPABILITIES=compute,utility"]) {
        assert.ok(config.Env.includes(setting), setting);
      }
      const { components } = JSON.parse(readFileSync(`${files}/usr/share/sbom/cuda.cdx.json`, "utf8"));
      assert.deepEqual(components.map(({ name }) => name).sort(), readdirSync(`${files}/usr/local/cuda/lib64`).sort());
    });
  }

  for (const [situation, gpu, message] of [
    ["OfAnImageWithoutCuda", "true", "GPU=true needs CUDA 13 with cuDNN 9, and CUDA_IMAGE lacks libcublas.so.13 libcublasLt.so.13 libcudart.so.13 libcurand.so.10 libcudnn*.so.9"],
    ["OfAnotherWord", "yes", "GPU='yes' must be true or false"],
  ]) {
    test(`Build_ForGpus${situation}_IsRefusedBeforeAnythingIsBuilt`, async () => {
      const { code, stdout, stderr } = await run("buildah", ["build", "--layers", "--force-rm", "--build-arg", "BUILD_IMAGE=stand-in/sdk", "--build-arg", "BASE_IMAGE=stand-in/aspnet",
        "--build-arg", "CUDA_IMAGE=stand-in/aspnet", "--build-arg", `GPU=${gpu}`, "--file", "model-server/Dockerfile", "."]);
      assert.notEqual(code, 0);
      assert.ok(stderr.includes(message), stderr);
      assert.doesNotMatch(stdout + stderr, /COPY global.json/);
    });
  }

  test("Container_ForGpusWithoutOne_NamesWhatIsMissing", async () => {
    const strict = start("demo-gpt2-gpu:1557429385_v0.01", { Runtime__Device: "cuda" }, { offline: true });
    assert.equal(await strict.ended, 1);
    assert.match(strict.output, /Runtime__Device='cuda': \S*libcublasLt\.so\.13 can't be loaded/);
    // Its checkpoint is compiled for fp16, which no CPU serves; one that may be served in any precision falls back.
    const lenient = start("demo-gpt2-gpu:1557429385_v0.01", { Model__Precision: "auto" }, { offline: true });
    await lenient.says(/Now listening on/);
    assert.match(lenient.output, /the model runs on the CPU, because CUDA can\\u0027t be had: \S*libcublasLt\.so\.13/);
    assert.equal(await lenient.stop(), 0);
  });

  test("Container_WithoutACheckpoint_SaysWhatItNeeds", async () => {
    const container = start("elastic-synapse/model-server:test");
    assert.equal(await container.ended, 1);
    assert.match(container.output, /Model__Uri/);
  });

  test("Container_OfTheGatewayOpenToAll_RefusesToStartWithoutKeys", async () => {
    const container = start("elastic-synapse/gateway:test", {}, { offline: true });
    assert.equal(await container.ended, 1);
    assert.match(container.output, /Callers__KeysFile/);
  });

  for (const [situation, words, message] of [
    ["AnUnknownService", ["gatway"], "unknown service or option 'gatway'"],
    ["AnUnknownBuilder", ["--with", "kaniko"], "--with 'kaniko' must be docker, podman or buildah"],
    ["AModelOfTheGateway", ["gateway", "--model", "models/demo-gpt2"], "--model needs one service, model-server or classifier"],
    ["AModelWithoutName", ["model-server", "--model", "models/demo-gpt2"], "--name '' must be"],
    ["AModelWithoutVersion", ["model-server", "--model", "models/demo-gpt2", "--name", "a"], "--version '' must be"],
    ["ANameWithoutModel", ["--name", "a"], "--name, --version and --precision need --model"],
    ["AnUnknownPrecision", ["model-server", "--model", "models/demo-gpt2", "--name", "a", "--version", "1", "--precision", "fp8"], "--precision 'fp8' must be fp32, fp16, int8 or int4"],
    ["ACpusPrecisionForGpus", ["model-server", "--gpu", "--model", "models/demo-gpt2", "--name", "a", "--version", "1", "--precision", "int8"], "--precision int8 runs on CPUs only, --gpu computes in fp16"],
    ["AGatewayForGpus", ["gateway", "--gpu"], "--gpu is for the model services"],
    ["CudaWithoutGpu", ["--cuda-image", "a"], "--cuda-image needs --gpu"],
    ["APushToNowhere", ["--push"], "--push needs --registry"],
    ["AnOptionWithoutValue", ["--tag"], "--tag needs a value"],
  ]) {
    test(`BuildImages_${situation}_IsRefused`, async () => {
      const { code, stderr } = await run("scripts/build-images", words);
      assert.equal(code, 2);
      assert.ok(stderr.includes(message), stderr);
    });
  }
});
