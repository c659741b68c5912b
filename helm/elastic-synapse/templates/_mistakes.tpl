{{/* What values.schema.json can't say: sums, and knobs that exclude each other. All mistakes are told at once. */}}
{{- define "mistakes" -}}
{{- $mistakes := list -}}
{{- $names := dict -}}
{{- $derived := dict "Model__Uri" "modelUri" "Model__Name" "the model's name" "Model__Version" "the version's name" "Model__Precision" "precision" "Runtime__Device" "gpu.count" "Model__CacheDirectory" "cache" "Model__CacheMaxBytes" "cache.size" "Grpc__Port" "grpc.enabled" "Drain__ReadinessDelay" "drain.readinessDelaySeconds" "Drain__GracePeriod" "drain.graceSeconds" -}}
{{- range $version := (include "models" . | fromJson).versions -}}
  {{- $who := printf "models.%s.versions.%s" $version.model $version.version -}}
  {{- if and $version.image $version.modelUri -}}
    {{- $mistakes = append $mistakes (printf "%s has an image and a modelUri; an image has its checkpoint in it, so give one of them" $who) -}}
  {{- else if not (or $version.image $version.modelUri) -}}
    {{- $mistakes = append $mistakes (printf "%s has neither an image with a checkpoint in it nor a modelUri; give one of them" $who) -}}
  {{- end -}}
  {{- if and (eq $version.precision "fp16") (not $version.gpu.count) -}}
    {{- $mistakes = append $mistakes (printf "%s has precision fp16, which is for GPUs, and no gpu.count" $who) -}}
  {{- end -}}
  {{- if and $version.gpu.count (has $version.precision (list "fp32" "int8" "int4")) -}}
    {{- $mistakes = append $mistakes (printf "%s has precision %s, which is for CPUs, and gpu.count %d; a GPU computes in fp16" $who $version.precision (int $version.gpu.count)) -}}
  {{- end -}}
  {{- if and $version.gpu.accelerator (not $version.gpu.count) -}}
    {{- $mistakes = append $mistakes (printf "%s has gpu.accelerator %s and gpu.count 0; ask for one" $who $version.gpu.accelerator) -}}
  {{- end -}}
  {{- if and (eq $version.autoscaling.kind "hpa") $version.scaleFromZero -}}
    {{- $mistakes = append $mistakes (printf "%s has autoscaling.kind hpa and scaleFromZero; an HPA never goes to zero, use keda" $who) -}}
  {{- end -}}
  {{- if and (eq $version.autoscaling.kind "hpa") (not $version.autoscaling.cpuUtilization) (not $version.autoscaling.podMetrics) -}}
    {{- $mistakes = append $mistakes (printf "%s has autoscaling.kind hpa and nothing to aim at; give cpuUtilization or podMetrics" $who) -}}
  {{- end -}}
  {{- if and (ne $version.autoscaling.kind "none") (gt (int $version.replicas) (int $version.autoscaling.maxReplicas)) -}}
    {{- $mistakes = append $mistakes (printf "%s has replicas %d, which with autoscaling are the fewest, and autoscaling.maxReplicas %d" $who (int $version.replicas) (int $version.autoscaling.maxReplicas)) -}}
  {{- end -}}
  {{- if and (ne $version.autoscaling.kind "none") (hasKey $version "replicas") (not (kindIs "invalid" $version.replicas)) (eq 0 (int $version.replicas)) -}}
    {{- $mistakes = append $mistakes (printf "%s has replicas 0 and autoscaling; to rest at zero turn scaleFromZero on and leave replicas out" $who) -}}
  {{- end -}}
  {{- if and $version.scaleFromZero (not (kindIs "invalid" $version.replicas)) -}}
    {{- $mistakes = append $mistakes (printf "%s has scaleFromZero and replicas %d; leave replicas out, the gateway and the autoscaler decide" $who (int $version.replicas)) -}}
  {{- end -}}
  {{- if and (include "version.fetches" $version) (eq $version.cache.type "pvc") (not $version.cache.existingClaim) (eq $version.cache.accessMode "ReadWriteOnce") (or (ne $version.updateStrategy "in-place") (gt (int $version.replicas) 1) (ne $version.autoscaling.kind "none")) -}}
    {{- $mistakes = append $mistakes (printf "%s has a cache of accessMode ReadWriteOnce, which one node mounts; it needs updateStrategy in-place, one replica and no autoscaling" $who) -}}
  {{- end -}}
  {{- if and $version.cache.existingClaim (ne $version.cache.type "pvc") -}}
    {{- $mistakes = append $mistakes (printf "%s has cache.existingClaim %s and cache.type %s; the type must be pvc" $who $version.cache.existingClaim $version.cache.type) -}}
  {{- end -}}
  {{- if and $version.grpc.enabled (eq $version.kind "generator") -}}
    {{- $mistakes = append $mistakes (printf "%s is a generator and has grpc.enabled; TensorFlow Serving's gRPC is the classifiers'" $who) -}}
  {{- end -}}
  {{- range $option, $knob := $derived -}}
    {{- if hasKey $version.config $option -}}
      {{- $mistakes = append $mistakes (printf "%s has config.%s, which the chart sets from %s" $who $option $knob) -}}
    {{- end -}}
  {{- end -}}
  {{- if hasKey $names $version.name -}}
    {{- $mistakes = append $mistakes (printf "%s and %s would both be named %s in the cluster; rename one" (get $names $version.name) $who $version.name) -}}
  {{- end -}}
  {{- $_ := set $names $version.name $who -}}
{{- end -}}
{{- range $model, $entry := .Values.models -}}
  {{- $sum := 0.0 -}}
  {{- $labels := dict -}}
  {{- range $name, $version := $entry.versions -}}
    {{- $version = $version | default dict -}}
    {{- $weight := hasKey $version "weight" | ternary $version.weight (eq 1 (len $entry.versions) | ternary 100 0) -}}
    {{- $sum = addf $sum $weight -}}
    {{- range $version.labels -}}
      {{- if hasKey $labels . -}}
        {{- $mistakes = append $mistakes (printf "models.%s has the label %s on %s and on %s; a label names one version" $model . (get $labels .) $name) -}}
      {{- end -}}
      {{- $_ := set $labels . $name -}}
    {{- end -}}
  {{- end -}}
  {{- if ne $sum 100.0 -}}
    {{- $mistakes = append $mistakes (printf "models.%s has weights that sum to %v; they must sum to 100" $model $sum) -}}
  {{- end -}}
{{- end -}}
{{- $callers := .Values.gateway.callers -}}
{{- $answers := list (not (empty $callers.keys)) (not (empty $callers.existingSecret)) $callers.anonymous -}}
{{- if ne 1 (without $answers false | len) -}}
  {{- $mistakes = append $mistakes "gateway.callers must say who may call, by exactly one of keys, existingSecret and anonymous: true" -}}
{{- end -}}
{{- if and .Values.tests.keySecret $callers.anonymous -}}
  {{- $mistakes = append $mistakes "tests.keySecret is given, and gateway.callers.anonymous asks for no key" -}}
{{- end -}}
{{- if and .Values.tests.enabled .Values.models (not .Values.tests.keySecret) (not $callers.anonymous) -}}
  {{- $mistakes = append $mistakes "tests.enabled needs tests.keySecret, a Secret with a caller's key, because the gateway asks for one; or turn tests.enabled off" -}}
{{- end -}}
{{- range $option, $knob := dict "Admin__Url" "nothing: it is port 8090" "Kubernetes__Namespace" "the release's namespace" "Callers__KeysFile" "gateway.callers.keys or existingSecret" "Callers__Anonymous" "gateway.callers.anonymous" "Drain__ReadinessDelay" "gateway.drain.readinessDelaySeconds" "Drain__GracePeriod" "gateway.drain.graceSeconds" "Catalogue__File" "models" "Upstreams__Generator" "models" "Upstreams__Classifier" "models" -}}
  {{- if hasKey $.Values.gateway.config $option -}}
    {{- $mistakes = append $mistakes (printf "gateway.config has %s, which the chart sets from %s" $option $knob) -}}
  {{- end -}}
{{- end -}}
{{- if and .Values.gateway.autoscaling.enabled (gt (int .Values.gateway.replicas) (int .Values.gateway.autoscaling.maxReplicas)) -}}
  {{- $mistakes = append $mistakes (printf "gateway.replicas %d, which with autoscaling are the fewest, exceed gateway.autoscaling.maxReplicas %d" (int .Values.gateway.replicas) (int .Values.gateway.autoscaling.maxReplicas)) -}}
{{- end -}}
{{- if and .Values.gateway.ingress.enabled (empty .Values.gateway.ingress.hosts) -}}
  {{- $mistakes = append $mistakes "gateway.ingress.enabled needs gateway.ingress.hosts" -}}
{{- end -}}
{{- if and .Values.gateway.httpRoute.enabled (empty .Values.gateway.httpRoute.parentRefs) -}}
  {{- $mistakes = append $mistakes "gateway.httpRoute.enabled needs gateway.httpRoute.parentRefs" -}}
{{- end -}}
{{- if and .Values.gateway.httpRoute.gkePolicies (not .Values.gateway.httpRoute.enabled) -}}
  {{- $mistakes = append $mistakes "gateway.httpRoute.gkePolicies is on and gateway.httpRoute.enabled is not" -}}
{{- end -}}
{{- join "\n  " (concat $mistakes (include "gaps" . | fromJsonArray)) -}}
{{- end }}
