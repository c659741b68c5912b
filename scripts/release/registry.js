"use strict";
const { Refusal } = require("./arguments.js");

const manifests = ["application/vnd.oci.image.manifest.v1+json", "application/vnd.docker.distribution.manifest.v2+json"].join(", ");

/** A repository of a registry, as the OCI distribution specification has it. A token, if one is needed, is in REGISTRY_TOKEN. */
class Repository {
  /** @param {string} name HOST/FOLDER/NAME */
  constructor(name) {
    const slash = name.indexOf("/");
    if (slash < 1) throw new Refusal(`the registry '${name}' has no host; give HOST/FOLDER`, 2);
    this.name = name;
    const host = name.slice(0, slash);
    // Only this machine's own may do without TLS, as with docker.
    const scheme = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/.test(host) ? "http" : "https";
    this.address = `${scheme}://${host}/v2/${name.slice(slash + 1)}`;
  }

  async get(path, accept) {
    const headers = { accept, ...(process.env.REGISTRY_TOKEN ? { authorization: `Bearer ${process.env.REGISTRY_TOKEN}` } : {}) };
    let answer;
    try {
      answer = await fetch(`${this.address}/${path}`, { headers, signal: AbortSignal.timeout(30_000) });
    } catch (error) {
      throw new Refusal(`the registry of ${this.name} can't be asked: ${error.cause?.message ?? error.message}`);
    }
    if (answer.status === 404) return undefined;
    if (!answer.ok) {
      throw new Refusal(`the registry of ${this.name} answered ${answer.status}${[401, 403].includes(answer.status) ? "; a token goes into REGISTRY_TOKEN" : ""}`);
    }
    return answer.json();
  }

  /** Its tags; none if there is no such repository yet. */
  async tags() {
    return (await this.get("tags/list?n=100000", "application/json"))?.tags ?? [];
  }

  /** The digest of the checkpoint in the image of a tag; undefined if it has none. */
  async checkpointOf(tag) {
    const manifest = await this.get(`manifests/${tag}`, manifests);
    const image = manifest?.config && await this.get(`blobs/${manifest.config.digest}`, "application/json");
    return image?.config?.Labels?.["io.elastic-synapse.checkpoint.digest"] || undefined;
  }
}

module.exports = { Repository };
