// Holds objects against Kubernetes' own schemas, and those of the operators whose objects the chart has.
const packages = {
  "gateway.networking.k8s.io": "@kubernetes-models/gateway-api",
  "networking.gke.io": "@kubernetes-models/gke",
  "keda.sh": "@kubernetes-models/keda",
  "monitoring.coreos.com": "@kubernetes-models/prometheus-operator",
};

// No package has it; the fields are those of Google's reference of the custom resource.
class PodMonitoring {
  validate() {
    const { selector, endpoints, targetLabels } = this.spec;
    void [this.apiVersion, this.kind, this.metadata, selector.matchLabels, selector.matchExpressions];
    targetLabels?.fromPod.forEach(({ from, to }) => void [from, to]);
    for (const { port, interval } of endpoints) {
      if (typeof port !== "string" || !/^\d+[sm]$/.test(interval)) throw new Error("an endpoint needs a port and an interval");
    }
  }
}

/** The class whose `validate()` holds an object against its kind's schema. */
async function classOf({ apiVersion, kind }) {
  if (apiVersion === "monitoring.googleapis.com/v1" && kind === "PodMonitoring") return PodMonitoring;
  const custom = packages[apiVersion.split("/")[0]];
  const module = await import(custom ? import.meta.resolve(`${custom}/${apiVersion}`) : `kubernetes-models/${apiVersion}`);
  if (!module[kind]) throw new Error(`there is no ${apiVersion} ${kind}`);
  return module[kind];
}

/** What is wrong with an object; empty when nothing is. */
export async function mistakes(object) {
  const asked = new Map();
  try {
    const instance = Object.assign(Object.create((await classOf(object)).prototype), object);
    watched(instance, asked).proxy.validate();
    return [...unknown(instance, asked, "")];
  } catch (error) {
    return [error.message];
  }
}

// The schemas allow fields that they don't know, as `conatiners`. They ask an object for each field that they know, though: one
// that they asked for others but not for this one is unknown.
function watched(value, asked) {
  const fields = new Set();
  const proxy = new Proxy(value, {
    get(target, field) {
      if (typeof field === "string") fields.add(field);
      const child = target[field];
      if (child === null || typeof child !== "object") return child;
      return (asked.get(child) ?? watched(child, asked)).proxy;
    },
  });
  const entry = { fields, proxy };
  asked.set(value, entry);
  return entry;
}

function* unknown(value, asked, path) {
  if (value === null || typeof value !== "object") return;
  const fields = asked.get(value)?.fields ?? new Set();
  for (const [field, child] of Object.entries(value)) {
    if (!Array.isArray(value) && fields.size > 0 && !fields.has(field)) yield `${path}/${field} is unknown`;
    yield* unknown(child, asked, `${path}/${field}`);
  }
}
