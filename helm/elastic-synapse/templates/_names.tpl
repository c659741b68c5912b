{{/* What every object of the release is labelled with. */}}
{{- define "labels" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{ include "chart.labels" . }}
{{- end }}

{{- define "chart.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{/* What selects the gateway's pods. */}}
{{- define "gateway.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: gateway
{{- end }}

{{- define "gateway.name" -}}{{ .Release.Name }}-gateway{{- end }}

{{- define "gateway.serviceAccount" -}}
{{ .Values.gateway.serviceAccount.name | default (include "gateway.name" .) }}
{{- end }}

{{- define "models.serviceAccount" -}}
{{ .Values.modelServiceAccount.name | default (printf "%s-models" .Release.Name) }}
{{- end }}

{{/* Image of one of our own repositories; takes {root, image}, and the suffix of a tag. */}}
{{- define "image" -}}
{{- $registry := .root.Values.images.registry | trimSuffix "/" -}}
{{- $repository := $registry | empty | ternary .image.repository (printf "%s/%s" $registry .image.repository) -}}
{{- $digest := .suffix | empty | ternary .image.digest .image.gpuDigest -}}
{{- if $digest -}}
{{ $repository }}@{{ $digest }}
{{- else -}}
{{ $repository }}:{{ .image.tag | default .root.Chart.AppVersion }}{{ .suffix }}
{{- end -}}
{{- end }}

{{/* Options as environment variables; takes a map. Numbers are written as JSON writes them: 1000000, not 1e+06. */}}
{{- define "environment" -}}
{{- range $name, $value := . }}
- {name: {{ $name }}, value: {{ kindIs "string" $value | ternary $value (toJson $value) | quote }}}
{{- end }}
{{- end }}
