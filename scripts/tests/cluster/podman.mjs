// Containers of pods, by podman, as their specifications say.
import { must, podman as environment, run } from "../container.mjs";

export const podman = (...words) => must("podman", words, { env: environment });

/** The pods' network: a bridge in the test's own network namespace. */
export const network = { name: "cluster-pods", subnet: "10.244.0.0/24", address: number => `10.244.0.${number}` };

export const makeNetwork = async () => {
  await run("podman", ["network", "rm", "--force", network.name], { env: environment });
  await podman("network", "create", "--subnet", network.subnet, "--disable-dns", network.name);
};

export const removeNetwork = () => run("podman", ["network", "rm", "--force", network.name], { env: environment });

/** `$(NAME)` in arguments, as Kubernetes has it. */
const expand = (words, variables) => (words ?? []).map(word => word.replace(/\$\((\w+)\)/g, (whole, name) => variables[name] ?? whole));

/**
 * Command line of `podman run` for a pod's container. Limits of CPU and memory are left out.
 * @param {{address: string, hosts: Record<string, string>, volumes: Record<string, string>, variables: Record<string, string>, log: string, name: string}} place
 */
export function runWords(pod, container, { name, address, hosts, volumes, variables, log }) {
  const context = { ...pod.spec.securityContext, ...container.securityContext };
  const mounts = (container.volumeMounts ?? []).map(({ name: volume, mountPath, readOnly }) => ["--volume", `${volumes[volume]}:${mountPath}${readOnly ? ":ro" : ""}`]);
  return ["run", "--detach", "--name", name, "--hostname", pod.metadata.name, "--network", network.name, "--ip", address, "--pull", "never",
    "--log-driver", "k8s-file", "--log-opt", `path=${log}`, "--stop-signal", "SIGTERM",
    ...Object.entries(hosts).flatMap(([host, where]) => ["--add-host", `${host}:${where}`]),
    ...(context.runAsUser ? ["--user", `${context.runAsUser}:${context.runAsGroup}`] : []),
    ...(context.readOnlyRootFilesystem ? ["--read-only", "--read-only-tmpfs=false"] : []),
    ...(context.allowPrivilegeEscalation === false ? ["--security-opt", "no-new-privileges"] : []),
    ...(context.capabilities?.drop ?? []).flatMap(capability => ["--cap-drop", capability]),
    ...Object.entries(variables).flatMap(([key, value]) => ["--env", `${key}=${value}`]),
    ...mounts.flat(),
    ...(container.command ? ["--entrypoint", JSON.stringify(container.command)] : []),
    container.image, ...expand(container.args, variables)];
}

/** A container, by its id. */
export class Container {
  static async start(words) {
    const container = new Container();
    container.id = (await podman(...words)).trim();
    return container;
  }

  /** Its exit code, when it has ended. */
  async ended() { return Number((await podman("wait", this.id)).trim()); }

  /** SIGTERM, and SIGKILL after the grace time. */
  async stop(graceSeconds) { await run("podman", ["stop", "--time", String(Math.ceil(graceSeconds)), this.id], { env: environment }); }

  async remove() { await run("podman", ["rm", "--force", "--time", "1", this.id], { env: environment }); }
}
