// Builds and runs images with buildah or podman, without a daemon. Needs root, as buildah's chroot isolation does.
import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");
const store = `${root}/artifacts/images`;
const dotnet = dirname(realpathSync(execFileSync("which", ["dotnet"], { encoding: "utf8" }).trim()));

/** Environment of buildah: its images below artifacts, and registries of this machine without TLS. */
export const environment = {
  ...process.env,
  BUILDAH_ISOLATION: "chroot",
  CONTAINERS_STORAGE_CONF: `${store}/storage.conf`,
  CONTAINERS_REGISTRIES_CONF: `${store}/registries.conf`,
};

/** The kernel's overlays, where it has them here; else vfs, which copies every layer whole. */
function storageDriver() {
  const place = mkdtempSync(`${store}/probe-`);
  try {
    for (const name of ["lower", "upper", "work", "merged"]) mkdirSync(`${place}/${name}`);
    execFileSync("mount", ["-t", "overlay", "overlay", "-o", `lowerdir=${place}/lower,upperdir=${place}/upper,workdir=${place}/work`, `${place}/merged`], { stdio: "ignore" });
    execFileSync("umount", [`${place}/merged`]);
    return "overlay";
  } catch {
    return "vfs";
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

mkdirSync(store, { recursive: true });
environment.STORAGE_DRIVER = storageDriver();
writeFileSync(`${store}/storage.conf`, `[storage]\ndriver = "${environment.STORAGE_DRIVER}"\ngraphroot = "${store}/storage"\nrunroot = "${store}/run"\n`);
writeFileSync(`${store}/registries.conf`, `[[registry]]\nlocation = "127.0.0.1"\nprefix = "127.0.0.1"\ninsecure = true\n`);

/** Environment of podman: buildah's images, and nothing of the machine's own podman. */
export const podman = { ...environment, CONTAINERS_CONF: `${store}/containers.conf` };
// Limits that need no right to raise one, a runtime that takes the machine's control groups as they are, and the network that
// knows containers by name: podman guesses the other one where it finds images or older networks.
writeFileSync(podman.CONTAINERS_CONF, `[containers]\ndefault_ulimits = ["nofile=4096:4096", "nproc=4096:4096"]\n
[network]\nnetwork_backend = "netavark"\nnetwork_config_dir = "${store}/networks"\n
[engine]\nruntime = "runc"\ncgroup_manager = "cgroupfs"\nevents_logger = "file"\ntmp_dir = "${store}/run/libpod"\n`);

/** What the demo generator is asked, and what it goes on with, greedily, in eight tokens. */
export const example = { prompt: "In winter the miller", goesOn: " sweeps the ice from the wheel and waits" };

/** What a build takes beside its own options: images that can be had here, with the machine's SDK in them. */
export const images = ["--build-image", "stand-in/sdk", "--base-image", "stand-in/aspnet"];
export const standIns = ["--with", "buildah", ...images];
export const sdk = ["--", "--volume", `${dotnet}:/usr/share/dotnet:ro`];

/** Runs a program to its end. Returns code and output; never throws for a failure of the program. */
export function run(program, words, more = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, { cwd: root, env: environment, stdio: ["ignore", "pipe", "pipe"], ...more });
    let [stdout, stderr] = ["", ""];
    child.stdout.on("data", data => { stdout += data; });
    child.stderr.on("data", data => { stderr += data; });
    child.on("error", reject);
    child.on("close", code => resolve({ code, stdout, stderr }));
  });
}

export async function must(program, words, more) {
  const result = await run(program, words, more);
  if (result.code !== 0) throw new Error(`${program} ${words.join(" ")} ended with ${result.code}\n${result.stdout.slice(-4000)}\n${result.stderr.slice(-8000)}`);
  return result.stdout;
}

/** A port of this machine that was free a moment ago. */
export const freePort = () => new Promise(resolve => {
  const server = createServer().listen(0, "127.0.0.1", () => {
    const { port } = server.address();
    server.close(() => resolve(port));
  });
});

/** An image's files, mounted, and its configuration. */
export class Image {
  static async open(name) {
    const image = new Image();
    image.container = (await must("buildah", ["from", "--pull-never", name])).trim();
    image.files = (await must("buildah", ["mount", image.container])).trim();
    image.config = JSON.parse(await must("buildah", ["inspect", "--type", "image", name])).Docker.config;
    return image;
  }

  /**
   * Runs it as Kubernetes would under the restricted standard: as its user, without
   * capabilities and ways to new ones, its files read-only but for /tmp.
   * @param {Record<string, string>} settings environment variables beside the image's
   * @param {boolean} offline without any network
   */
  start(settings = {}, { offline = false } = {}) {
    const [user, group] = this.config.User.split(":");
    const script = `set -e; mount --bind "$1" "$1"; mount -o remount,ro,bind "$1"; mount -t tmpfs -o size=256m,mode=1777 tmpfs "$1/tmp"; mount --bind /proc "$1/proc"
      mount -t tmpfs -o mode=755 tmpfs "$1/dev"; for device in null zero random urandom; do touch "$1/dev/$device"; mount --bind "/dev/$device" "$1/dev/$device"; done
      exec setpriv --clear-groups --no-new-privs -- unshare --root="$1" --wd="$2" --setgid ${group} --setuid ${user} -- "\${@:3}"`;
    const variables = { ...Object.fromEntries(this.config.Env.map(entry => entry.split(/=(.*)/s))), ...settings };
    const child = spawn("unshare", ["--mount", ...(offline ? ["--net"] : []),
      "bash", "-c", script, "bash", this.files, this.config.WorkingDir, ...this.config.Entrypoint],
    { env: variables, stdio: ["ignore", "pipe", "pipe"] });
    return new Container(child);
  }

  async close() {
    await run("buildah", ["umount", this.container]);
    await run("buildah", ["rm", this.container]);
  }
}

class Container {
  constructor(child) {
    this.child = child;
    this.output = "";
    this.ended = new Promise(resolve => child.on("close", resolve));
    for (const stream of [child.stdout, child.stderr]) stream.on("data", data => { this.output += data; });
  }

  /** Waits until it has printed something that matches. */
  async says(pattern) {
    const seen = new Promise(resolve => {
      const look = () => pattern.test(this.output) && resolve(true);
      look();
      for (const stream of [this.child.stdout, this.child.stderr]) stream.on("data", look);
    });
    const patience = AbortSignal.timeout(120_000);
    const late = new Promise(resolve => patience.addEventListener("abort", () => resolve(false)));
    if (!(await Promise.race([seen, this.ended.then(() => false), late]))) throw new Error(`it never said ${pattern}:\n${this.output}`);
  }

  /** Ends it as the kubelet does; returns its exit code. */
  stop() {
    this.child.kill("SIGTERM");
    return this.ended;
  }
}

export function temporaryFolder() {
  const folder = mkdtempSync(`${tmpdir()}/deployment-`);
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
