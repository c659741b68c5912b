// What we ask of the chart's objects beyond Kubernetes' schemas. A rule looks at all objects of a release and returns its complaints;
// `breaks` makes an object wrong, so that a test sees the rule complain.
import { named } from "./helm.mjs";

const workloads = objects => objects.filter(object => ["Deployment", "Pod"].includes(object.kind));
const podOf = object => (object.kind === "Pod" ? object : object.spec.template);
const containers = objects => workloads(objects).flatMap(object =>
  podOf(object).spec.containers.map(container => ({ who: `${named(object)} ${container.name}`, container, pod: podOf(object) })));
const deployments = objects => objects.filter(object => object.kind === "Deployment");
const models = objects => deployments(objects).filter(object => object.metadata.labels["elastic-synapse.io/model"]);
const gateway = objects => deployments(objects).find(object => object.metadata.labels["app.kubernetes.io/component"] === "gateway");
const of = (objects, kind) => objects.filter(object => object.kind === kind);
const environment = container => Object.fromEntries((container.env ?? []).map(({ name, value }) => [name, value]));
const matches = (selector, labels) =>
  Object.entries(selector.matchLabels ?? {}).every(([name, value]) => labels[name] === value) &&
  (selector.matchExpressions ?? []).every(({ key, operator, values }) =>
    (operator === "Exists" ? key in labels : values.includes(labels[key])));
const seconds = span => span.split(":").reduce((sum, part) => sum * 60 + Number(part), 0);
const unless = (holds, complaint) => (holds ? [] : [complaint]);

export const rules = {
  EveryContainer_HasRequestsAndLimits: {
    complaints: objects => containers(objects).flatMap(({ who, container: { resources } }) =>
      ["cpu", "memory"].flatMap(resource => unless(resources?.requests?.[resource] && resources?.limits?.[resource], `${who} lacks a request or limit of ${resource}`))),
    breaks: objects => delete gateway(objects).spec.template.spec.containers[0].resources.limits.memory,
  },
  EveryPod_MeetsTheRestrictedStandard: {
    complaints: objects => containers(objects).flatMap(({ who, container: { securityContext }, pod: { spec } }) => [
      ...unless(spec.securityContext.runAsNonRoot && spec.securityContext.runAsUser > 0, `${who} may run as root`),
      ...unless(spec.securityContext.seccompProfile?.type === "RuntimeDefault", `${who} has no seccomp profile`),
      ...unless(securityContext?.allowPrivilegeEscalation === false, `${who} may gain privileges`),
      ...unless(securityContext?.capabilities?.drop?.includes("ALL"), `${who} keeps capabilities`),
      ...unless(!spec.hostNetwork && !spec.hostPID && !(spec.volumes ?? []).some(volume => volume.hostPath), `${who} uses the host`),
    ]),
    breaks: objects => { models(objects)[0].spec.template.spec.containers[0].securityContext.capabilities = {}; },
  },
  EveryContainer_WritesOnlyToVolumes: {
    complaints: objects => containers(objects).flatMap(({ who, container }) => unless(container.securityContext?.readOnlyRootFilesystem, `${who} may write to its image`))
      .concat(deployments(objects).flatMap(object => unless(
        object.spec.template.spec.volumes.some(({ name, emptyDir }) => name === "tmp" && emptyDir?.sizeLimit) &&
        object.spec.template.spec.containers.every(container => container.volumeMounts.some(({ mountPath }) => mountPath === "/tmp")),
        `${named(object)} has nowhere to put temporary files`))),
    breaks: objects => { models(objects)[0].spec.template.spec.volumes = [{ name: "tmp", emptyDir: {} }]; },
  },
  EveryDeployment_HasThreeProbes: {
    complaints: objects => deployments(objects).flatMap(object => object.spec.template.spec.containers.flatMap(container => [
      ...unless(container.startupProbe?.httpGet.path === "/livez", `${named(object)} has no startup probe`),
      ...unless(container.livenessProbe?.httpGet.path === "/livez", `${named(object)} has no liveness probe`),
      ...unless(container.readinessProbe?.httpGet.path === "/readyz", `${named(object)} has no readiness probe`),
      ...["startupProbe", "livenessProbe", "readinessProbe"].flatMap(probe =>
        unless(container.ports.some(port => port.name === container[probe]?.httpGet.port), `${named(object)} probes a port that it does not have`)),
    ])),
    breaks: objects => { gateway(objects).spec.template.spec.containers[0].readinessProbe.httpGet.port = "web"; },
  },
  GraceTime_IsLongerThanTheDrain: {
    complaints: objects => deployments(objects).flatMap(object => {
      const { terminationGracePeriodSeconds, containers: [container] } = object.spec.template.spec;
      const options = environment(container);
      const drain = (container.lifecycle?.preStop.sleep.seconds ?? 0) + seconds(options.Drain__ReadinessDelay) + seconds(options.Drain__GracePeriod);
      return unless(terminationGracePeriodSeconds > drain, `${named(object)} drains for ${drain} s and is killed after ${terminationGracePeriodSeconds}`);
    }),
    breaks: objects => { models(objects)[0].spec.template.spec.terminationGracePeriodSeconds = 30; },
  },
  Selectors_MatchPods: {
    complaints: objects => {
      const pods = workloads(objects).map(object => podOf(object).metadata.labels);
      const selectors = objects.flatMap(object =>
        object.kind === "Service" ? [[object, { matchLabels: object.spec.selector }]]
          : ["Deployment", "PodDisruptionBudget", "PodMonitoring"].includes(object.kind) ? [[object, object.spec.selector]]
            : object.kind === "NetworkPolicy" ? [[object, object.spec.podSelector]] : []);
      return selectors.flatMap(([object, selector]) => unless(pods.some(labels => matches(selector, labels)), `${named(object)} selects no pod`))
        .concat(of(objects, "ServiceMonitor").flatMap(object =>
          unless(of(objects, "Service").some(service => matches(object.spec.selector, service.metadata.labels)), `${named(object)} selects no Service`)));
    },
    breaks: objects => { of(objects, "Service")[0].spec.selector["app.kubernetes.io/component"] = "gatway"; },
  },
  EveryVersion_HasAServiceThatTheGatewayWatches: {
    complaints: objects => models(objects).flatMap(object => {
      const service = of(objects, "Service").find(({ metadata }) => metadata.name === object.metadata.name);
      return [
        ...unless(service?.spec.clusterIP === "None", `${named(object)} has no headless Service of its name`),
        ...["model", "version", "kind"].flatMap(label => unless(
          service?.metadata.labels[`elastic-synapse.io/${label}`] === object.spec.template.metadata.labels[`elastic-synapse.io/${label}`], `${named(object)}'s Service has another ${label}`)),
        ...unless(service?.spec.ports.some(port => port.name === "http"), `${named(object)}'s Service has no port http`),
        ...unless(/^[0-9.]+$/.test(service?.metadata.annotations["elastic-synapse.io/weight"]), `${named(object)}'s Service has no weight`),
      ];
    }),
    breaks: objects => { delete of(objects, "Service").find(service => service.metadata.labels["elastic-synapse.io/model"]).metadata.annotations["elastic-synapse.io/weight"]; },
  },
  EveryVersion_SaysItsNameToTheService: {
    complaints: objects => models(objects).flatMap(object => {
      const options = environment(object.spec.template.spec.containers[0]);
      const { labels } = object.metadata;
      return unless(options.Model__Name === labels["elastic-synapse.io/model"] && options.Model__Version === labels["elastic-synapse.io/version"],
        `${named(object)} is started as another model or version than it is labelled`);
    }),
    breaks: objects => { models(objects)[0].spec.template.spec.containers[0].env.find(({ name }) => name === "Model__Version").value = "2"; },
  },
  EveryDeployment_HasADisruptionBudget: {
    complaints: objects => deployments(objects).flatMap(object =>
      unless(of(objects, "PodDisruptionBudget").some(({ spec }) => matches(spec.selector, object.spec.template.metadata.labels)), `${named(object)} has no PodDisruptionBudget`)),
    breaks: objects => objects.splice(objects.findIndex(({ kind }) => kind === "PodDisruptionBudget"), 1),
  },
  Role_IsNoWiderThanUsed: {
    complaints: objects => {
      const sleepers = of(objects, "Service").flatMap(({ metadata }) => metadata.annotations?.["elastic-synapse.io/scale-from-zero"] ?? []);
      const guarded = environment(gateway(objects).spec.template.spec.containers[0]).CanaryGuard__Enabled !== "false";
      const used = [
        '[""] ["services"] all: ["list","watch"]',
        '["discovery.k8s.io"] ["endpointslices"] all: ["list","watch"]',
        ...(sleepers.length ? [`["apps"] ["deployments/scale"] ${JSON.stringify(sleepers)}: ["patch"]`] : []),
        ...(guarded ? ['[""] ["events"] all: ["create"]'] : []),
      ];
      const given = of(objects, "Role").flatMap(({ rules }) => rules).map(({ apiGroups, resources, resourceNames, verbs }) =>
        `${JSON.stringify(apiGroups)} ${JSON.stringify(resources)} ${resourceNames ? JSON.stringify(resourceNames) : "all"}: ${JSON.stringify(verbs)}`);
      return unless(JSON.stringify(given) === JSON.stringify(used), `the Role gives ${given}, and ${used} is used`)
        .concat(objects.filter(({ kind }) => /^ClusterRole/.test(kind)).map(object => `${named(object)} reaches beyond the namespace`));
    },
    breaks: objects => of(objects, "Role")[0].rules[0].verbs.push("delete"),
  },
  OnlyTheGateway_HasAToken: {
    complaints: objects => workloads(objects).flatMap(object => {
      const spec = podOf(object).spec;
      return unless((object === gateway(objects)) === (spec.automountServiceAccountToken !== false), `${named(object)} has a token, or the gateway none`);
    }),
    breaks: objects => { delete models(objects)[0].spec.template.spec.automountServiceAccountToken; },
  },
  Models_AreReachedByTheGatewayAlone: {
    complaints: objects => {
      const policies = of(objects, "NetworkPolicy");
      if (policies.length === 0) return [];
      return deployments(objects).flatMap(object => {
        const policy = policies.find(({ spec }) => matches(spec.podSelector, object.spec.template.metadata.labels));
        if (!policy) return [`${named(object)} has no NetworkPolicy`];
        if (object === gateway(objects)) return [];
        const callers = policy.spec.ingress.filter(({ ports }) => ports.some(({ port }) => port === "http")).flatMap(({ from }) => from ?? ["anyone"]);
        const pods = callers.filter(peer => !peer.namespaceSelector);
        const fetches = environment(object.spec.template.spec.containers[0]).Model__CacheDirectory !== undefined;
        const stores = policy.spec.egress.filter(({ to }) => to.some(peer => peer.ipBlock && !peer.ipBlock.cidr.startsWith("169.254.")));
        return [
          ...unless(pods.length === 1 && pods[0].podSelector && matches(pods[0].podSelector, gateway(objects).spec.template.metadata.labels), `${named(object)} is reached by more than the gateway`),
          ...unless(policy.spec.policyTypes.includes("Egress") && (stores.length > 0) === fetches, `${named(object)} reaches out, or its store is out of reach`),
        ];
      });
    },
    breaks: objects => { delete of(objects, "NetworkPolicy").find(({ metadata }) => metadata.labels["elastic-synapse.io/model"]).spec.ingress[0].from; },
  },
  Names_AreFreeAndShortEnough: {
    complaints: objects => {
      const names = objects.map(named);
      return [
        ...names.filter((name, index) => names.indexOf(name) !== index).map(name => `${name} is there twice`),
        ...objects.flatMap(object => unless(object.metadata.name.length <= 63 && /^[a-z]([a-z0-9-]*[a-z0-9])?$/.test(object.metadata.name), `${named(object)} is no name for all kinds`)),
        ...objects.flatMap(object => unless(object.metadata.namespace === "serving", `${named(object)} is not in the release's namespace`)),
      ];
    },
    breaks: objects => objects.push(objects[0]),
  },
  Pods_RestartOnlyForWhatTheyAre: {
    complaints: objects => deployments(objects).flatMap(object =>
      Object.keys(object.spec.template.metadata.labels).filter(label => /chart|managed-by/.test(label)).map(label => `${named(object)} starts its pods anew whenever ${label} changes`)),
    breaks: objects => { gateway(objects).spec.template.metadata.labels["helm.sh/chart"] = "1"; },
  },
  Autoscalers_AndReplicas_DoNotFight: {
    complaints: objects => of(objects, "HorizontalPodAutoscaler").concat(of(objects, "ScaledObject")).flatMap(scaler => {
      const target = deployments(objects).find(({ metadata }) => metadata.name === scaler.spec.scaleTargetRef.name);
      return unless(target && target.spec.replicas === undefined, `${named(scaler)} scales a Deployment that has replicas, or none`);
    }),
    breaks: objects => {
      const scaler = objects.find(({ kind }) => ["HorizontalPodAutoscaler", "ScaledObject"].includes(kind));
      if (scaler) scaler.spec.scaleTargetRef.name = "nobody";
      return Boolean(scaler);
    },
  },
};
