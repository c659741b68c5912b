// etcd, and the API server and the controllers of Kubernetes, on loopback of the test's own network namespace.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { makeKeys } from "./authority.mjs";
import { Program } from "./program.mjs";
import { until } from "./until.mjs";

/** Addresses of Services; the first one is the API server's, as in every cluster. */
export const services = { range: "10.96.0.0/24", kubernetes: "10.96.0.1" };
export const token = "the-tests-own";
const port = 6443;

// What the controllers of the chart's kinds need; the others would want nodes, clouds, volumes.
const controllers = ["deployment", "replicaset", "endpoint", "endpointslice", "disruption", "serviceaccount", "serviceaccount-token", "root-ca-cert-publisher", "namespace", "garbagecollector"];

// On by default since 1.26 and 1.21.
const gates = "--feature-gates=EndpointSliceTerminatingCondition=true,BoundServiceAccountTokenVolume=true";

export class ControlPlane {
  /**
   * @param {string} binaries folder of kube-apiserver and kube-controller-manager
   * @param {string} folder for keys and logs, empty
   */
  constructor(binaries, folder) {
    this.binaries = binaries;
    this.folder = folder;
    this.upstream = { host: "127.0.0.1", port };
  }

  get authority() { return `${this.folder}/ca.crt`; }

  async start() {
    mkdirSync(`${this.folder}/logs`, { recursive: true });
    // In memory: a busy disk would make etcd late, and everything after it.
    this.data = mkdtempSync("/dev/shm/cluster-");
    await makeKeys(this.folder, ["DNS:kubernetes.default.svc", "DNS:localhost", "IP:127.0.0.1", `IP:${services.kubernetes}`]);
    writeFileSync(`${this.folder}/tokens.csv`, `${token},admin,admin,"system:masters"\n`, { mode: 0o600 });
    this.direct = this.kubeconfig("direct", `https://127.0.0.1:${port}`);
    this.etcd = new Program("etcd", ["--data-dir", this.data, "--listen-client-urls", "http://127.0.0.1:2379", "--advertise-client-urls", "http://127.0.0.1:2379",
      "--listen-peer-urls", "http://127.0.0.1:2380", "--heartbeat-interval", "500", "--election-timeout", "5000"], `${this.folder}/logs/etcd`);
    await this.back();
    this.manager = new Program(`${this.binaries}/kube-controller-manager`, [`--kubeconfig=${this.direct}`, `--authentication-kubeconfig=${this.direct}`, `--authorization-kubeconfig=${this.direct}`,
      `--service-account-private-key-file=${this.folder}/accounts.key`, `--root-ca-file=${this.authority}`, `--controllers=${controllers}`, "--leader-elect=false",
      "--bind-address=127.0.0.1", "--port=0", gates], `${this.folder}/logs/controllers`);
  }

  /** Starts the API server, and waits until it is ready. */
  async back() {
    const file = name => `${this.folder}/${name}`;
    this.apiserver = new Program(`${this.binaries}/kube-apiserver`, ["--etcd-servers=http://127.0.0.1:2379", "--bind-address=127.0.0.1", `--secure-port=${port}`,
      `--advertise-address=${services.kubernetes}`,
      `--service-cluster-ip-range=${services.range}`, "--endpoint-reconciler-type=none", "--authorization-mode=RBAC", `--token-auth-file=${file("tokens.csv")}`,
      `--tls-cert-file=${file("server.crt")}`, `--tls-private-key-file=${file("server.key")}`, "--service-account-issuer=https://kubernetes.default.svc",
      `--service-account-key-file=${file("accounts.pub")}`, `--service-account-signing-key-file=${file("accounts.key")}`, gates], file("logs/apiserver"));
    await until("the API server is ready", () => {
      for (const program of [this.etcd, this.apiserver]) program.mustRun();
      return this.#ready();
    });
  }

  /** Ends the API server, and with it every watch. */
  away() { return this.apiserver.stop(); }

  /** Writes a kubeconfig of the cluster's administrator; returns its path. */
  kubeconfig(name, server) {
    const file = `${this.folder}/${name}.kubeconfig`;
    writeFileSync(file, JSON.stringify({
      apiVersion: "v1", kind: "Config", "current-context": "test",
      clusters: [{ name: "test", cluster: { server, "certificate-authority": this.authority } }],
      users: [{ name: "test", user: { token } }],
      contexts: [{ name: "test", context: { cluster: "test", user: "test" } }],
    }), { mode: 0o600 });
    return file;
  }

  async stop() {
    for (const program of [this.manager, this.apiserver, this.etcd]) await program?.stop();
    if (this.data) rmSync(this.data, { recursive: true });
  }

  #ready() {
    return new Promise(resolve => {
      request({ ...this.upstream, path: "/readyz", rejectUnauthorized: false, headers: { authorization: `Bearer ${token}` } }, answer => {
        answer.resume();
        resolve(answer.statusCode === 200);
      }).on("error", () => resolve(false)).end();
    });
  }
}
