// The node: takes every pod, which is the scheduler's work elsewhere, and runs it.
import { Pod } from "./pod.mjs";
import { makeNetwork, network, removeNetwork } from "./podman.mjs";

const name = "node";

export class Node {
  /** @param {{api: import("./api.mjs").Api, hosts: () => object, folder: string}} place hosts: names of Services and their addresses */
  constructor({ api, hosts, folder }) {
    Object.assign(this, { api, hosts, folder });
    this.pods = new Map();
    this.free = Array.from({ length: 250 }, (_, index) => network.address(index + 2));
    this.bound = new Set();
  }

  async start() {
    await makeNetwork();
    await this.api.create("/api/v1/nodes", { apiVersion: "v1", kind: "Node", metadata: { name } });
    this.following = this.api.follow("/api/v1/pods", objects => {
      for (const object of objects.values()) this.#see(object);
    });
  }

  #see(object) {
    if (this.stopped) return;
    const { uid, deletionTimestamp } = object.metadata;
    if (!object.spec.nodeName) {
      if (!this.bound.has(uid)) this.#bind(object);
      return;
    }
    if (!this.pods.has(uid)) this.#take(uid, object);
    if (deletionTimestamp) this.pods.get(uid).end(object);
  }

  async #bind({ metadata: { uid, namespace, name: pod } }) {
    this.bound.add(uid);
    const binding = { apiVersion: "v1", kind: "Binding", metadata: { name: pod }, target: { apiVersion: "v1", kind: "Node", name } };
    await this.api.insist(() => this.api.create(`/api/v1/namespaces/${namespace}/pods/${pod}/binding`, binding));
  }

  #take(uid, object) {
    const address = this.free.shift();
    const pod = new Pod({ api: this.api, object, address, hosts: () => this.hosts(object.metadata.namespace), folder: `${this.folder}/pods/${uid}` });
    this.pods.set(uid, pod);
    // An address comes back last, so that nobody who knew the old pod meets a new one.
    pod.gone.then(() => this.free.push(address));
  }

  /** Ends what runs. */
  async stop() {
    this.stopped = true;
    await Promise.allSettled([...this.pods.values()].map(pod => pod.kill()));
    await removeNetwork();
  }
}
