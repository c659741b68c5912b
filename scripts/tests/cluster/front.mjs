// The API server's address in the cluster: passes every request on, translated where Kubernetes 1.20 needs it.
import { readFileSync } from "node:fs";
import { Agent, createServer, request } from "node:https";
import { translateAnswer, translatePath, translateRequest, wantsInitialEvents } from "./translation.mjs";

const refusal = JSON.stringify({
  apiVersion: "v1", kind: "Status", status: "Failure", reason: "Invalid", code: 422,
  message: "ListOptions.meta.k8s.io \"\" is invalid: sendInitialEvents: Forbidden: sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled",
});

export class Front {
  /** @param {string} folder of the keys @param {{host: string, port: number}} upstream the API server */
  constructor(folder, upstream) {
    this.upstream = upstream;
    this.agent = new Agent({ keepAlive: true, ca: readFileSync(`${folder}/ca.crt`) });
    this.server = createServer({ cert: readFileSync(`${folder}/server.crt`), key: readFileSync(`${folder}/server.key`) }, (asked, answer) => this.#pass(asked, answer));
  }

  listen(port) { return new Promise((resolve, reject) => this.server.once("error", reject).listen(port, "0.0.0.0", resolve)); }

  close() {
    this.server.close();
    this.server.closeAllConnections();
    this.agent.destroy();
  }

  async #pass(asked, answer) {
    const [page] = asked.url.split("?");
    // The schema of 1.20 knows fewer fields than the chart has, and by an empty one nobody checks. The server itself still does.
    if (page === "/openapi/v2") {
      answer.writeHead(200, { "content-type": "application/com.github.proto-openapi.spec.v2.v1.0+protobuf" }).end();
      return;
    }
    if (wantsInitialEvents(asked.url)) {
      answer.writeHead(422, { "content-type": "application/json" }).end(refusal);
      return;
    }
    const chunks = [];
    for await (const chunk of asked) chunks.push(chunk);
    const body = translateBody(Buffer.concat(chunks));
    const headers = { ...asked.headers };
    // Plain JSON by lines is what can be translated: nothing compressed, nothing in protocol buffers, no discovery of all groups at once.
    delete headers["accept-encoding"];
    delete headers["transfer-encoding"];
    headers.accept = translatable(headers.accept);
    if (body.length) headers["content-length"] = body.length;
    const path = translatePath(asked.url);
    const sent = request({ ...this.upstream, agent: this.agent, method: asked.method, path, headers }, came => {
      const translates = path !== asked.url || page === "/apis" || page === "/version";
      const more = { ...came.headers };
      if (translates) delete more["content-length"];
      answer.writeHead(came.statusCode, more);
      answer.flushHeaders();
      if (translates) translateLines(page, came, answer);
      else came.pipe(answer);
      came.on("error", () => answer.destroy());
      came.on("aborted", () => answer.destroy());
    });
    // A watch that its client has left must not stay open behind.
    answer.on("close", () => sent.destroy());
    sent.on("error", () => answer.destroy());
    sent.end(body);
  }
}

/** Of the forms that a client takes, those in JSON and of one object's kind. */
function translatable(accept = "*/*") {
  const forms = accept.split(",").filter(form => form.trim().startsWith("application/json") && !form.includes("apidiscovery"));
  return forms.length ? forms.join(",") : accept.replace("application/vnd.kubernetes.protobuf", "application/json");
}

function translateBody(body) {
  let object;
  try {
    object = JSON.parse(body);
  } catch {
    return body; // none, or YAML
  }
  return Buffer.from(JSON.stringify(translateRequest(object)));
}

function translateLines(page, from, to) {
  let rest = "";
  from.setEncoding("utf8");
  from.on("data", text => {
    const lines = (rest + text).split("\n");
    rest = lines.pop();
    for (const line of lines) to.write(`${translateAnswer(page, line)}\n`);
  });
  from.on("end", () => to.end(rest ? translateAnswer(page, rest) : ""));
}
