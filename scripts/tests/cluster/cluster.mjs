// A cluster of one node for a test, in a network namespace that is the test's own: control plane, front, node, Services.
import { mkdirSync, rmSync } from "node:fs";
import { must, root, run } from "../container.mjs";
import { Api } from "./api.mjs";
import { ControlPlane, services, token } from "./controlPlane.mjs";
import { Front } from "./front.mjs";
import { Node } from "./node.mjs";
import { addAddress, Services } from "./services.mjs";

const place = `${root}/artifacts/cluster`;
const port = 443;

export class Cluster {
  async start() {
    const folder = this.folder = `${place}/run`;
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(`${folder}/logs`, { recursive: true });
    await must("ip", ["link", "set", "lo", "up"]);
    await addAddress(services.kubernetes);
    this.plane = new ControlPlane(`${place}/bin`, folder);
    await this.plane.start();
    this.api = new Api(this.plane.upstream, this.plane.authority, token);
    await this.#openFront();
    // helm and kubectl come in by the front, as the gateway does.
    this.environment = { ...process.env, KUBECONFIG: this.plane.kubeconfig("admin", `https://127.0.0.1:${port}`), HOME: folder };
    this.services = new Services(this.api);
    this.services.start();
    this.node = new Node({ api: this.api, hosts: namespace => ({ "kubernetes.default.svc": services.kubernetes, ...this.services.hosts(namespace) }), folder });
    await this.node.start();
  }

  /** Runs kubectl, helm or a script of ours against the cluster; throws what it says if it fails. */
  tell(program, ...words) { return must(program, words, { env: this.environment }); }

  /** The same, for what may fail. */
  try(program, ...words) { return run(program, words, { env: this.environment }); }

  async away() {
    this.front.close();
    await this.plane.away();
  }

  async back() {
    await this.plane.back();
    await this.#openFront();
  }

  async stop() {
    await this.plane?.manager?.stop();
    await this.node?.stop();
    this.services?.stop();
    this.api?.close();
    this.front?.close();
    await this.plane?.stop();
  }

  async #openFront() {
    this.front = new Front(this.folder, this.plane.upstream);
    await this.front.listen(port);
  }
}
