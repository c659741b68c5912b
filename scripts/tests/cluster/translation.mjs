// What today's chart, gateway and helm say, in the words of Kubernetes 1.20, the last one that Debian has the source of:
//   discovery.k8s.io/v1   is v1beta1 there, but for fields that neither the gateway nor kubectl reads
//   policy/v1             is v1beta1 there, without unhealthyPodEvictionPolicy
//   a Service's ports     get the protocol TCP that they leave out: the server-side apply of 1.20 forgets this default
//   preStop.sleep         is an exec of `translated-sleep SECONDS`, which the test's node agent understands
//   /version              says 1.30, the oldest that the chart wants
//   /openapi/v2           is empty, so that nobody checks the chart's fields by 1.20's schema before sending them
//   sendInitialEvents     is refused, as by every API server without it: one as old as this would ignore it, and its client wait
// All else goes through as it is.
const groups = { "discovery.k8s.io": ["v1", "v1beta1"], policy: ["v1", "v1beta1"] };

/** Command of an exec that means a sleep. */
export const sleepCommand = "translated-sleep";

/** A request's path in the old API. */
export function translatePath(path) {
  for (const [group, [now, then]] of Object.entries(groups)) {
    const prefix = `/apis/${group}/${now}`;
    if (path === prefix || path.startsWith(`${prefix}/`) || path.startsWith(`${prefix}?`)) return `/apis/${group}/${then}${path.slice(prefix.length)}`;
  }
  return path;
}

/** Whether a request is one that an API server without WatchList refuses. */
export const wantsInitialEvents = path => /[?&]sendInitialEvents=true(&|$)/.test(path);

/** A request's object in the old API. */
export function translateRequest(object) {
  if (object === null || typeof object !== "object" || Array.isArray(object)) return object;
  const translated = structuredClone(object);
  for (const [group, [now, then]] of Object.entries(groups)) {
    if (translated.apiVersion === `${group}/${now}`) translated.apiVersion = `${group}/${then}`;
  }
  for (const { lifecycle } of translated.spec?.template?.spec?.containers ?? []) {
    if (lifecycle?.preStop?.sleep) lifecycle.preStop = { exec: { command: [sleepCommand, String(lifecycle.preStop.sleep.seconds)] } };
  }
  if (translated.kind === "PodDisruptionBudget") delete translated.spec.unhealthyPodEvictionPolicy;
  if (translated.kind === "Service") translated.spec.ports = translated.spec.ports.map(port => ({ protocol: "TCP", ...port }));
  return translated;
}

/** A line of an answer: an object, a list, or an event of a watch. */
export function translateAnswer(path, line) {
  if (!line) return line;
  if (path === "/apis") return JSON.stringify(withNewVersions(JSON.parse(line)));
  if (path === "/version") return line.replace(/"gitVersion": *"[^"]*"/, '"gitVersion":"v1.30.0"').replace(/"minor": *"[^"]*"/, '"minor":"30"');
  let translated = line;
  for (const [group, [now, then]] of Object.entries(groups)) {
    if (path.startsWith(`/apis/${group}/${now}`)) translated = translated.replaceAll(`"${group}/${then}"`, `"${group}/${now}"`);
  }
  return translated;
}

function withNewVersions(list) {
  for (const group of list.groups ?? []) {
    const [now] = groups[group.name] ?? [];
    if (!now) continue;
    const version = { groupVersion: `${group.name}/${now}`, version: now };
    group.versions.unshift(version);
    group.preferredVersion = version;
  }
  return list;
}
