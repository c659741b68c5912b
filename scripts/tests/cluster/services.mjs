// Addresses of Services: each connection goes to one of the ready endpoints, as with kube-proxy.
import { connect, createServer } from "node:net";
import { must } from "../container.mjs";

const slices = "/apis/discovery.k8s.io/v1beta1/endpointslices";

export class Services {
  constructor(api) {
    this.api = api;
    this.listening = new Map();
    this.objects = new Map();
    this.slices = new Map();
    this.turn = 0;
  }

  start() {
    this.following = [
      this.api.follow("/api/v1/services", objects => {
        this.objects = objects;
        for (const service of objects.values()) this.#listen(service);
      }),
      this.api.follow(slices, objects => { this.slices = objects; }),
    ];
  }

  /** Names and addresses that a pod of the namespace knows. */
  hosts(namespace) {
    const known = {};
    for (const { metadata, spec } of this.objects.values()) {
      if (spec.clusterIP === "None") continue;
      known[`${metadata.name}.${metadata.namespace}.svc`] = spec.clusterIP;
      if (metadata.namespace === namespace) known[metadata.name] = spec.clusterIP;
    }
    return known;
  }

  async #listen({ metadata, spec }) {
    const { clusterIP } = spec;
    // The API server's own address has the front behind it.
    if (clusterIP === "None" || this.listening.has(clusterIP) || metadata.name === "kubernetes") return;
    const servers = spec.ports.map(port => createServer({ allowHalfOpen: true }, client => this.#forward(client, metadata, port.name ?? "")));
    this.listening.set(clusterIP, servers);
    await addAddress(clusterIP);
    spec.ports.forEach(({ port }, index) => servers[index].listen(port, clusterIP));
  }

  #forward(client, { namespace, name }, portName) {
    const endpoints = [...this.slices.values()]
      .filter(({ metadata }) => metadata.namespace === namespace && metadata.labels["kubernetes.io/service-name"] === name)
      .flatMap(slice => (slice.endpoints ?? []).filter(({ conditions }) => conditions.ready)
        .map(({ addresses }) => ({ host: addresses[0], port: slice.ports.find(port => (port.name ?? "") === portName).port })));
    if (!endpoints.length) return client.destroy();
    const server = connect({ ...endpoints[this.turn++ % endpoints.length], allowHalfOpen: true });
    client.pipe(server).pipe(client);
    client.on("error", () => server.destroy());
    server.on("error", () => client.resetAndDestroy());
  }

  stop() {
    for (const servers of this.listening.values()) for (const server of servers) server.close();
  }
}

/** Gives the test's own network namespace an address. */
export const addAddress = address => must("ip", ["address", "add", `${address}/32`, "dev", "lo"]);
