// A container's probes, as the kubelet asks them.
import { get } from "node:http";
import { setTimeout as pause } from "node:timers/promises";

/** Whether an httpGet is answered well. */
function asks(address, { path, port }, seconds) {
  return new Promise(resolve => {
    get({ host: address, port, path, agent: false, signal: AbortSignal.timeout(seconds * 1000) }, answer => {
      answer.resume();
      resolve(answer.statusCode >= 200 && answer.statusCode < 400);
    }).on("error", () => resolve(false));
  });
}

/** The probe with Kubernetes' defaults; a port's name as its number. */
function complete(container, probe) {
  const { port } = probe.httpGet;
  const number = typeof port === "number" ? port : container.ports.find(({ name }) => name === port).containerPort;
  return { periodSeconds: 10, timeoutSeconds: 1, failureThreshold: 3, successThreshold: 1, ...probe, httpGet: { ...probe.httpGet, port: number } };
}

/**
 * Asks until the signal ends it.
 * @param {(well: boolean) => void} turned called when as many answers as the threshold asks for say so, again while they do
 */
async function watch(container, address, probe, signal, turned) {
  const { httpGet, timeoutSeconds, periodSeconds, failureThreshold, successThreshold } = complete(container, probe);
  let [good, bad] = [0, 0];
  while (!signal.aborted) {
    if (await asks(address, httpGet, timeoutSeconds)) [good, bad] = [good + 1, 0];
    else [good, bad] = [0, bad + 1];
    if (signal.aborted) return;
    if (good >= successThreshold) turned(true);
    if (bad >= failureThreshold) turned(false);
    await pause(periodSeconds * 1000, undefined, { signal }).catch(() => {});
  }
}

/** Waits until the startup probe is answered; returns whether it was before its threshold. */
export async function starts(container, address, signal) {
  if (!container.startupProbe) return true;
  const verdict = new AbortController();
  let well = false;
  await watch(container, address, container.startupProbe, AbortSignal.any([signal, verdict.signal]), turned => {
    well = turned;
    verdict.abort();
  });
  return well;
}

/** Tells of readiness until the signal; a container without such a probe is ready. */
export async function followReadiness(container, address, signal, ready) {
  if (container.readinessProbe) await watch(container, address, container.readinessProbe, signal, ready);
  else ready(true);
}

/** Calls `died` when the liveness probe says so. */
export async function followLiveness(container, address, signal, died) {
  if (container.livenessProbe) await watch(container, address, container.livenessProbe, signal, alive => { if (!alive) died(); });
}
