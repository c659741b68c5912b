// One pod on the node: its container, its probes, its status, its end.
import { mkdirSync, rmSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { Container, runWords } from "./podman.mjs";
import { followLiveness, followReadiness, starts } from "./probes.mjs";
import { sleepCommand } from "./translation.mjs";
import { Volumes } from "./volumes.mjs";

const now = () => new Date().toISOString().replace(/\.\d+/, "");

export class Pod {
  /** @param {{api: import("./api.mjs").Api, object: object, address: string, hosts: () => object, folder: string}} place */
  constructor({ api, object, address, hosts, folder }) {
    Object.assign(this, { api, object, address, hosts, folder });
    this.path = `/api/v1/namespaces/${object.metadata.namespace}/pods/${object.metadata.name}`;
    [this.container, ...this.others] = object.spec.containers;
    this.deleted = new AbortController();
    this.state = { waiting: { reason: "ContainerCreating" } };
    this.phase = "Pending";
    this.ready = false;
    this.restarts = 0;
    this.started = now();
    this.gone = this.#live();
  }

  /** Begins its end, once. */
  end(object) {
    if (this.deleted.signal.aborted) return;
    this.object = object;
    this.deleted.abort();
  }

  /** Ends it at once, whether or not the API server is there to be told. */
  async kill() {
    this.leaving = true;
    this.end(this.object);
    await this.running?.remove();
    await this.gone;
  }

  async #live() {
    if (this.others.length || this.object.spec.initContainers) throw new Error(`${this.path} has more than one container, which the node agent does not run`);
    mkdirSync(this.folder, { recursive: true });
    this.#report();
    const { signal } = this.deleted;
    while (!signal.aborted && this.phase !== "Succeeded" && this.phase !== "Failed") {
      await this.#runOnce();
      // The kubelet's back-off begins with ten seconds.
      if (this.object.spec.restartPolicy !== "Never" || this.phase === "Pending") await pause(Math.min(2 ** this.restarts, 30) * 1000, undefined, { signal }).catch(() => {});
    }
    if (!signal.aborted) await new Promise(resolve => signal.addEventListener("abort", resolve));
    await this.reporting;
    await this.api.insist(() => this.api.remove(this.path, { gracePeriodSeconds: 0, preconditions: { uid: this.object.metadata.uid } }), () => this.leaving);
    rmSync(this.folder, { recursive: true, force: true });
  }

  async #runOnce() {
    const { container, object, address } = this;
    let running;
    try {
      const volumes = new Volumes(this.api, object, this.folder);
      const log = `${this.folder}/../../logs/${object.metadata.name}.${this.restarts}`;
      const place = { name: `${object.metadata.uid}-${this.restarts}`, address, hosts: this.hosts(), log, volumes: await volumes.make(), variables: await volumes.environment(container) };
      running = this.running = await Container.start(runWords(object, container, place));
    } catch (error) {
      this.restarts++;
      this.#turn({ state: { waiting: { reason: "CreateContainerError", message: error.message.slice(-1000) } } });
      return;
    }
    this.#turn({ phase: "Running", state: { running: { startedAt: now() } } });
    const over = new AbortController();
    const killed = this.#stopWhenTold(running, over.signal);
    this.#probe(running, over.signal);
    const exitCode = await running.ended();
    over.abort();
    await killed;
    await running.remove();
    const state = { terminated: { exitCode, reason: exitCode ? "Error" : "Completed", startedAt: this.state.running.startedAt, finishedAt: now() } };
    if (object.spec.restartPolicy === "Never") this.#turn({ phase: exitCode ? "Failed" : "Succeeded", state, ready: false });
    else {
      if (!this.deleted.signal.aborted) this.restarts++;
      this.#turn({ state, ready: false });
    }
  }

  /** The pause before SIGTERM, SIGTERM, and after the grace time SIGKILL. */
  async #stopWhenTold(running, over) {
    const { signal } = this.deleted;
    await new Promise(resolve => {
      if (signal.aborted) resolve();
      for (const either of [signal, over]) either.addEventListener("abort", resolve, { once: true });
    });
    if (over.aborted) return;
    const grace = this.object.metadata.deletionGracePeriodSeconds ?? 30;
    const [command, seconds] = this.container.lifecycle?.preStop?.exec?.command ?? [sleepCommand, 0];
    if (command !== sleepCommand) throw new Error(`the node agent runs no preStop ${command}`);
    await pause(Math.min(seconds, grace) * 1000, undefined, { signal: over }).catch(() => {});
    await running.stop(Math.max(grace - seconds, 2));
  }

  async #probe(running, over) {
    const { container, address } = this;
    // Readiness is asked to the end, whether it starts and lives only until it is to go.
    const wanted = AbortSignal.any([over, this.deleted.signal]);
    const kill = () => wanted.aborted || running.stop(30);
    if (!await starts(container, address, wanted)) return kill();
    followLiveness(container, address, wanted, kill);
    await followReadiness(container, address, over, ready => { if (ready !== this.ready) this.#turn({ ready }); });
  }

  #turn(change) {
    Object.assign(this, change);
    this.#report();
  }

  /** Tells the API server what is so now, when it listens; one report at a time, the last one wins. */
  #report() {
    this.changed = true;
    this.reporting ??= (async () => {
      while (this.changed) {
        this.changed = false;
        await this.api.insist(() => this.api.patch(`${this.path}/status`, { status: this.#status() }), () => this.leaving);
      }
      this.reporting = undefined;
    })();
  }

  #status() {
    const { phase, state, ready, restarts, address, container, started } = this;
    const condition = (type, holds) => ({ type, status: holds ? "True" : "False", lastTransitionTime: now(), ...(holds || phase !== "Succeeded" ? {} : { reason: "PodCompleted" }) });
    return {
      phase, startTime: started, hostIP: "127.0.0.1", podIP: address, podIPs: [{ ip: address }],
      conditions: [condition("PodScheduled", true), condition("Initialized", true), condition("ContainersReady", ready), condition("Ready", ready)],
      containerStatuses: [{ name: container.name, image: container.image, imageID: container.image, state, ready, started: Boolean(state.running), restartCount: restarts }],
    };
  }
}
