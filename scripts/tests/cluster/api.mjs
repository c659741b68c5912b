// As much of the Kubernetes API as the node agent and the test need.
import { setMaxListeners } from "node:events";
import { readFileSync } from "node:fs";
import { Agent, request } from "node:https";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";

export class Api {
  /** @param {{host: string, port: number}} server @param {string} authority file of its certificate authority */
  constructor(server, authority, token) {
    this.server = server;
    this.token = token;
    this.agent = new Agent({ keepAlive: true, ca: readFileSync(authority) });
    this.ended = new AbortController();
    setMaxListeners(0, this.ended.signal);
  }

  get(path) { return this.#ask("GET", path); }
  create(path, object) { return this.#ask("POST", path, object); }
  /** Changes some fields; arrays are replaced whole. */
  patch(path, object) { return this.#ask("PATCH", path, object, "application/merge-patch+json"); }
  remove(path, options = {}) { return this.#ask("DELETE", path, options); }

  /**
   * Follows the objects of a collection until `close`, through whatever becomes of the API server.
   * @param {(objects: Map<string, object>) => void} changed called with all of them, by uid, after each change
   */
  async follow(path, changed) {
    while (!this.ended.signal.aborted) {
      try {
        const list = await this.get(path);
        const objects = new Map((list.items ?? []).map(item => [item.metadata.uid, item]));
        changed(objects);
        const answer = await this.#send("GET", `${path}?watch=true&resourceVersion=${list.metadata.resourceVersion}`);
        for await (const line of createInterface({ input: answer })) {
          const { type, object } = JSON.parse(line);
          if (type === "ERROR") break;
          if (type === "DELETED") objects.delete(object.metadata.uid);
          else objects.set(object.metadata.uid, object);
          changed(objects);
        }
        answer.destroy();
      } catch (error) {
        if (!this.ended.signal.aborted && !(error.status || error.code)) throw error;
      }
      await pause(500, undefined, { signal: this.ended.signal }).catch(() => {});
    }
  }

  /**
   * Asks until the API server has taken it, or says that the object is gone or another one.
   * @param {() => boolean} enough whether to give up instead of asking again
   */
  async insist(ask, enough = () => false) {
    while (!this.ended.signal.aborted) {
      try { return await ask(); } catch (error) {
        if ([404, 409].includes(error.status) || enough()) return;
        await pause(500);
      }
    }
  }

  close() {
    this.ended.abort();
    this.agent.destroy();
  }

  async #ask(method, path, body, type = "application/json") {
    const answer = await this.#send(method, path, body, type);
    let text = "";
    for await (const part of answer.setEncoding("utf8")) text += part;
    if (answer.statusCode < 300) return JSON.parse(text);
    throw Object.assign(new Error(`${method} ${path}: ${answer.statusCode} ${text}`), { status: answer.statusCode });
  }

  #send(method, path, body, type) {
    return new Promise((resolve, reject) => {
      const text = body && JSON.stringify(body);
      const headers = { authorization: `Bearer ${this.token}`, ...(body && { "content-type": type, "content-length": Buffer.byteLength(text) }) };
      request({ ...this.server, agent: this.agent, method, path, headers, signal: this.ended.signal }, resolve)
        .on("error", reject).end(text);
    });
  }
}
