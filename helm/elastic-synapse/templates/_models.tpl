{{/* Every version of every model with all its knobs: the chart's defaults, then its model's, then its own.
     As JSON: {"versions": [{model, version, kind, name, ...knobs}]}, in the order of names. */}}
{{- define "models" -}}
{{- $versions := list -}}
{{- range $model, $entry := .Values.models -}}
  {{- range $version, $own := $entry.versions -}}
    {{- $knobs := mergeOverwrite (deepCopy $.Values.modelDefaults) (deepCopy ($entry.defaults | default dict)) (deepCopy ($own | default dict)) -}}
    {{- $alone := eq 1 (len $entry.versions) -}}
    {{- if and $alone (not (hasKey $knobs "weight")) -}}
      {{- $_ := set $knobs "weight" 100 -}}
    {{- end -}}
    {{- $_ := set $knobs "model" $model -}}
    {{- $_ := set $knobs "version" $version -}}
    {{- $_ := set $knobs "kind" $entry.kind -}}
    {{- $_ := set $knobs "name" (include "version.name" (dict "release" $.Release.Name "model" $model "version" $version)) -}}
    {{- $versions = append $versions $knobs -}}
  {{- end -}}
{{- end -}}
{{ dict "versions" $versions | toJson }}
{{- end }}

{{/* Name of a version's objects: gpt2 1557429385_v0.01 of release demo is demo-gpt2-1557429385-v0-01. Room is left for what
     Kubernetes appends to the names of pods. */}}
{{- define "version.name" -}}
{{- $name := regexReplaceAll "[^a-z0-9-]+" (printf "%s-%s-%s" .release .model .version | lower) "-" -}}
{{- if gt (len $name) 52 -}}
{{- $name = printf "%s-%s" (trunc 43 $name) (sha256sum (printf "%s@%s" .model .version) | trunc 8) -}}
{{- end -}}
{{ $name | trimSuffix "-" }}
{{- end }}

{{/* What selects a version's pods; takes {root, version}. */}}
{{- define "version.selector" -}}
app.kubernetes.io/name: {{ .root.Chart.Name }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
elastic-synapse.io/model: {{ .version.model | quote }}
elastic-synapse.io/version: {{ .version.version | quote }}
{{- end }}

{{/* Labels of a version's pods: none that changes with the chart, or each new chart would start every pod anew. */}}
{{- define "version.podLabels" -}}
{{ include "version.selector" . }}
app.kubernetes.io/component: {{ .version.kind }}
elastic-synapse.io/kind: {{ .version.kind }}
{{- end }}

{{- define "version.labels" -}}
{{ include "version.podLabels" . }}
{{ include "chart.labels" .root }}
{{- end }}

{{- define "version.port" -}}
{{ eq .kind "generator" | ternary 8081 8082 }}
{{- end }}

{{- define "version.image" -}}
{{- if .version.image -}}
{{ .version.image }}
{{- else -}}
{{ include "image" (dict "root" .root "suffix" (.version.gpu.count | empty | ternary "" "-gpu") "image" (eq .version.kind "generator" | ternary .root.Values.images.modelServer .root.Values.images.classifier)) }}
{{- end -}}
{{- end }}

{{- define "version.claim" -}}
{{ .cache.existingClaim | default (printf "%s-cache" .name) }}
{{- end }}

{{/* Memory that a pod needs: the weights while they load, at most 1.5 times fp32's size and 0.7 and 0.6 for int8 and int4 (docs/performance.md
     has less), and a little; the KV cache of the sequences that run and of the prompts that are kept; .NET. */}}
{{- define "version.memory" -}}
{{- $weights := mulf .memory.weightsMebibytes (get (dict "auto" 1.6 "fp32" 1.6 "fp16" 1.1 "int8" 0.8 "int4" 0.7) .precision) -}}
{{- $sequences := 0 -}}
{{- if eq .kind "generator" -}}
  {{- $running := get .config "Scheduler__MaxSequences" | default 16 -}}
  {{- $kept := hasKey .config "Scheduler__PrefixCacheSequences" | ternary (get .config "Scheduler__PrefixCacheSequences") 4 -}}
  {{- $sequences = mulf .memory.sequenceMebibytes (add (eq (toString $running) "auto" | ternary 64 $running | int) (int $kept)) -}}
{{- end -}}
{{ addf $weights $sequences 512 | ceil | int }}Mi
{{- end }}

{{/* Whether the version's checkpoint is fetched, and so needs a cache and a way to the store. */}}
{{- define "version.fetches" -}}
{{- if and .modelUri (regexMatch "^(hf|gs|s3|https)://" .modelUri) -}}true{{- end -}}
{{- end }}

{{/* Bytes of a quantity such as 20Gi. */}}
{{- define "bytes" -}}
{{- $unit := regexFind "[A-Za-z]*$" . -}}
{{- mul (trimSuffix $unit . | int64) (get (dict "" 1 "k" 1000 "M" 1000000 "G" 1000000000 "T" 1000000000000 "Ki" 1024 "Mi" 1048576 "Gi" 1073741824 "Ti" 1099511627776) $unit) -}}
{{- end }}
