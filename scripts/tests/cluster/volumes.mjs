// A pod's volumes as folders of the machine: emptyDir, configMap, secret, and the projection that holds its account's token.
import { chownSync, mkdirSync, writeFileSync } from "node:fs";

export class Volumes {
  /** @param {string} folder the pod's own @param {{get: Function, create: Function}} api */
  constructor(api, pod, folder) {
    this.api = api;
    this.pod = pod;
    this.folder = folder;
    this.namespace = `/api/v1/namespaces/${pod.metadata.namespace}`;
  }

  /** Makes them; returns the folder of each by name. */
  async make() {
    const made = {};
    for (const volume of this.pod.spec.volumes ?? []) {
      const place = made[volume.name] = `${this.folder}/${volume.name}`;
      mkdirSync(place, { recursive: true, mode: 0o755 });
      if (volume.emptyDir) chownSync(place, 0, this.pod.spec.securityContext?.fsGroup ?? 0);
      else for (const [name, content] of Object.entries(await this.#entries(volume))) writeFileSync(`${place}/${name}`, content, { mode: 0o644 });
    }
    return made;
  }

  /** Environment of a container: its values, and those of Secrets. */
  async environment({ env = [] }) {
    const variables = {};
    for (const { name, value, valueFrom } of env) {
      if (!valueFrom) { variables[name] = value ?? ""; continue; }
      const { name: secret, key } = valueFrom.secretKeyRef;
      variables[name] = (await this.#secret(secret))[key].toString();
    }
    return variables;
  }

  async #entries(source) {
    if (source.configMap) return this.#configMap(source.configMap);
    if (source.secret) return this.#secret(source.secret.secretName);
    if (source.projected) return Object.assign({}, ...await Promise.all(source.projected.sources.map(part => this.#projected(part))));
    throw new Error(`the node agent has no volume of ${Object.keys(source)}`);
  }

  async #projected({ serviceAccountToken, configMap, downwardAPI }) {
    if (serviceAccountToken) return { [serviceAccountToken.path]: await this.#token(serviceAccountToken) };
    if (configMap) return this.#configMap(configMap);
    return Object.fromEntries(downwardAPI.items.map(({ path, fieldRef }) => [path, fieldRef.fieldPath.split(".").reduce((value, name) => value[name], this.pod)]));
  }

  async #token({ expirationSeconds, audience }) {
    const { metadata: { name, uid }, spec: { serviceAccountName } } = this.pod;
    const { status } = await this.api.create(`${this.namespace}/serviceaccounts/${serviceAccountName}/token`, {
      apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest",
      spec: { expirationSeconds, audiences: audience ? [audience] : null, boundObjectRef: { apiVersion: "v1", kind: "Pod", name, uid } },
    });
    return status.token;
  }

  async #configMap({ name, items }) {
    const { data } = await this.api.get(`${this.namespace}/configmaps/${name}`);
    return items ? Object.fromEntries(items.map(({ key, path }) => [path, data[key]])) : data;
  }

  async #secret(name) {
    const { data } = await this.api.get(`${this.namespace}/secrets/${name}`);
    return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value, "base64")]));
  }
}
