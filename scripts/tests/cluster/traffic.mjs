// Clients that ask without a pause, and remember what they were answered.
import { Agent, request } from "node:http";
import { example } from "../container.mjs";
import { until } from "./until.mjs";

/** Asks one question, in a session of its own: a canary's share is one of sessions. Returns the answer's status, headers and whole body. */
export function ask({ address, key, agent, session }, path, body) {
  return new Promise((resolve, reject) => {
    const headers = { "content-type": "application/json", authorization: `Bearer ${key}`, "x-session-id": session };
    request(`${address}${path}`, { method: "POST", agent, headers, signal: AbortSignal.timeout(120_000) }, answer => {
      let text = "";
      answer.setEncoding("utf8").on("data", part => { text += part; });
      answer.on("end", () => resolve({ status: answer.statusCode, headers: answer.headers, text }));
      answer.on("error", reject);
    }).on("error", reject).end(JSON.stringify(body));
  });
}

const question = { model: "writer", prompt: example.prompt, max_tokens: 8, temperature: 0 };

/** The text that a stream's events carry, which must come to their end. */
function streamed(text) {
  const events = text.split("\n\n").filter(Boolean).map(event => event.replace(/^data: /, ""));
  if (events.pop() !== "[DONE]") throw new Error(`a stream ended early: ${text.slice(-200)}`);
  return events.map(event => JSON.parse(event).choices[0]?.text ?? "").join("");
}

// Every second one is a stream; some go to the classifier.
const kinds = [
  { name: "completion", path: "/v1/completions", body: question, says: text => JSON.parse(text).choices[0].text === example.goesOn },
  { name: "stream", path: "/v1/completions", body: { ...question, stream: true }, says: text => streamed(text) === example.goesOn },
  { name: "classification", path: "/classify", body: { model: "judge", text: "You are an idiot and a fool." }, says: text => JSON.parse(text).flagged.includes("insult") },
  { name: "stream", path: "/v1/completions", body: { ...question, stream: true }, says: text => streamed(text) === example.goesOn },
];

export class Traffic {
  /** @param {string[]} allowed versions of the generator that may answer */
  constructor(address, key, allowed) {
    Object.assign(this, { address, key, allowed: new Set(allowed) });
    this.failures = [];
    this.answers = { completion: 0, stream: 0, classification: 0 };
    this.versions = []; // of the generator's answers, in their order
    this.running = true;
    this.inFlight = new Set();
  }

  start(clients) {
    this.clients = Array.from({ length: clients }, (_, index) => this.#client(index));
  }

  /** From now on these may answer; what is in flight may still be answered by those of before. */
  allow(versions) {
    this.allowed = new Set(versions);
    for (const asked of this.inFlight) for (const version of versions) asked.add(version);
  }

  /** Waits until as many answers of the generator began from now on. Returns their versions. */
  async next(count) {
    const begin = this.versions.length + this.inFlight.size;
    await until(`${count} further answers`, () => this.versions.length >= begin + count || this.failures.length > 0);
    return this.versions.slice(begin);
  }

  /** Waits until none but these versions has answered for a while, and allows no other from then on. */
  async settle(versions) {
    await until(`only ${versions} answer`, async () => (await this.next(40)).every(version => versions.includes(version)));
    this.allow(versions);
  }

  async stop() {
    this.running = false;
    await Promise.all(this.clients ?? []);
  }

  async #client(index) {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    for (let turn = index; this.running; turn++) {
      const kind = kinds[turn % kinds.length];
      const began = new Date();
      const allowed = new Set(this.allowed);
      this.inFlight.add(allowed);
      try {
        const { status, headers, text } = await ask({ address: this.address, key: this.key, agent, session: `${index}-${turn}` }, kind.path, kind.body);
        const version = headers["x-model-version"];
        if (status !== 200 || !kind.says(text)) throw new Error(`${status} ${text.slice(0, 500)}`);
        if (kind.name !== "classification") {
          this.versions.push(version);
          if (!allowed.has(version)) throw new Error(`${version} answered, while only ${[...allowed]} may`);
        }
        this.answers[kind.name]++;
      } catch (error) {
        this.failures.push(`${began.toISOString()} to ${new Date().toISOString()} ${kind.name}: ${error.message}`);
      }
      this.inFlight.delete(allowed);
    }
    agent.destroy();
  }
}
