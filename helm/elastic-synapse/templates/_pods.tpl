{{/* What the "restricted" Pod Security Standard asks of a pod; 1654 is the user of Microsoft's images. */}}
{{- define "pod.securityContext" -}}
runAsNonRoot: true
runAsUser: 1654
runAsGroup: 1654
fsGroup: 1654
fsGroupChangePolicy: OnRootMismatch
seccompProfile: {type: RuntimeDefault}
{{- end }}

{{- define "container.securityContext" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end }}

{{- define "pullSecrets" -}}
{{- with .Values.images.pullSecrets }}
imagePullSecrets:
{{- range . }}
  - name: {{ . }}
{{- end }}
{{- end }}
{{- end }}

{{/* Probes of a port, and the pause before SIGTERM; takes {port, startupSeconds, drain}. The port opens once all is loaded, so
     that start and life are one question; /readyz is about traffic. */}}
{{- define "probes" -}}
startupProbe:
  httpGet: {path: /livez, port: {{ .port }}}
  periodSeconds: 2
  failureThreshold: {{ max 1 (div (add .startupSeconds 1) 2) }}
livenessProbe:
  httpGet: {path: /livez, port: {{ .port }}}
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 6
readinessProbe:
  httpGet: {path: /readyz, port: {{ .port }}}
  periodSeconds: 2
  timeoutSeconds: 5
  failureThreshold: 2
{{- if .drain.preStopSeconds }}
lifecycle:
  preStop:
    sleep: {seconds: {{ .drain.preStopSeconds }}}
{{- end }}
{{- end }}

{{/* What the process may take in all, and ten seconds for its end. */}}
{{- define "drain.seconds" -}}
{{ add .preStopSeconds .readinessDelaySeconds .graceSeconds 10 }}
{{- end }}

{{/* .NET's notation of a time span. */}}
{{- define "timeSpan" -}}
{{ printf "%02d:%02d:%02d" (div . 3600 | int) (mod (div . 60) 60 | int) (mod . 60 | int) }}
{{- end }}

{{/* Takes {labels}: nodes first, then zones, as far as it goes. */}}
{{- define "topologySpread" -}}
topologySpreadConstraints:
{{- range $key := list "kubernetes.io/hostname" "topology.kubernetes.io/zone" }}
  - maxSkew: 1
    topologyKey: {{ $key }}
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        {{- $.labels | nindent 8 }}
{{- end }}
{{- end }}

{{/* Egress to the cluster's name servers. */}}
{{- define "egress.names" -}}
- to:
    - namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: kube-system}}
    - ipBlock: {cidr: 169.254.20.10/32}
  ports:
    - {port: 53, protocol: UDP}
    - {port: 53, protocol: TCP}
{{- end }}

{{/* Egress to the collector of traces, if there is one. */}}
{{- define "egress.traces" -}}
{{- with .Values.networkPolicy.tracesTo }}
- to:
    {{- toYaml . | nindent 4 }}
  ports:
    - {port: 4317}
    - {port: 4318}
{{- end }}
{{- end }}
