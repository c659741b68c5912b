// A program that runs beside the test, its output in a file, ended by its own process id.
import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";

export class Program {
  /** @param {string} log file that gets its output, appended */
  constructor(path, words, log) {
    this.name = path.split("/").pop();
    this.log = log;
    const output = openSync(log, "a");
    // Should the test be killed, the kernel ends it too.
    this.child = spawn("setpriv", ["--pdeathsig", "KILL", "--", path, ...words], { stdio: ["ignore", output, output] });
    closeSync(output);
    this.ended = new Promise(resolve => {
      this.child.on("exit", code => resolve(code));
      this.child.on("error", () => resolve(-1));
    });
  }

  /** Throws with its last lines if it has ended. */
  mustRun() {
    if (this.child.exitCode === null && this.child.signalCode === null && this.child.pid) return;
    throw Object.assign(new Error(`${this.name} has ended:\n${readFileSync(this.log, "utf8").slice(-4000)}`), { final: true });
  }

  async stop(signal = "SIGTERM") {
    this.child.kill(signal);
    // etcd and the API server wait for connections to end; what is left of them is of no use to anyone.
    const late = setTimeout(() => this.child.kill("SIGKILL"), 20_000);
    await this.ended;
    clearTimeout(late);
  }
}
