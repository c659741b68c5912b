// Names of the images that the cluster's pods run, and how they are built: the project's own on the stand-in base, and a curl
// for `helm test`.
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { must, root, sdk, standIns } from "../container.mjs";

/** Versions of the demo generator, an image each; the first is the demo classifier's too. */
export const versions = ["1557429385_v0.01", "1557515785_v0.02", "1557602185_v0.03"];

export const image = {
  gateway: { registry: "localhost/cluster", tag: "test" },
  writer: version => `localhost/cluster/writer:${version}`,
  judge: version => `localhost/cluster/judge:${version}`,
  curl: "localhost/cluster/curl:test",
};

const build = (...words) => must("scripts/build-images", [...standIns, "--registry", "localhost/cluster", ...words, ...sdk]);

/** Builds them all, or finds them built. */
export async function buildImages() {
  await must("scripts/tests/stand-in-images", ["artifacts/images/stand-in"]);
  await build("gateway", "--tag", image.gateway.tag);
  for (const version of versions) await build("model-server", "--model", "models/demo-gpt2", "--name", "writer", "--version", version);
  await build("classifier", "--model", "models/demo-bert", "--name", "judge", "--version", versions[0]);
  await buildCurl(`${root}/artifacts/cluster/curl`);
}

/** The machine's curl with its libraries, and nothing else. */
async function buildCurl(folder) {
  const curl = (await must("which", ["curl"])).trim();
  const libraries = (await must("ldd", [curl])).match(/\/\S+/g);
  rmSync(folder, { recursive: true, force: true });
  for (const file of libraries) {
    mkdirSync(dirname(folder + file), { recursive: true });
    copyFileSync(file, folder + file);
  }
  mkdirSync(`${folder}/usr/bin`, { recursive: true });
  copyFileSync(curl, `${folder}/usr/bin/curl`);
  writeFileSync(`${folder}.Dockerfile`, "FROM scratch\nCOPY . /\nENV PATH=/usr/bin\n");
  await must("buildah", ["build", "--quiet", "--format", "docker", "--file", `${folder}.Dockerfile`, "--tag", image.curl, folder]);
}
