{{/* Models that an upgrade would leave without an answer, as a JSON array of mistakes: helm takes away what the values no longer
     have at once, and waits for what is new only afterwards. Sees the cluster; where helm has none, as for `helm template`, it
     finds nothing. */}}
{{- define "gaps" -}}
{{- $gaps := list -}}
{{- $deployments := (lookup "apps/v1" "Deployment" .Release.Namespace "").items -}}
{{- range $model, $entry := .Values.models -}}
  {{- $ready := list -}}
  {{- range $deployments -}}
    {{- $labels := .metadata.labels | default dict -}}
    {{- $ours := and (eq $.Release.Name (get $labels "app.kubernetes.io/instance")) (eq $model (get $labels "elastic-synapse.io/model")) -}}
    {{- if and $ours (dig "status" "readyReplicas" 0 .) -}}
      {{- $ready = append $ready (get $labels "elastic-synapse.io/version") -}}
    {{- end -}}
  {{- end -}}
  {{- $asked := list -}}
  {{- $answers := empty $ready -}}
  {{- range $version := (include "models" $ | fromJson).versions -}}
    {{- if and (eq $version.model $model) (gt ($version.weight | default 0.0 | float64) 0.0) -}}
      {{- $asked = append $asked $version.version -}}
      {{- $answers = or $answers $version.scaleFromZero (has $version.version $ready) -}}
    {{- end -}}
  {{- end -}}
  {{- if not $answers -}}
    {{- $gaps = append $gaps (printf "models.%s would give all requests to %s, which is not ready, while %s is: start it beside that with weight 0 first, as scripts/roll-out does; where there is room for one only, scale that to zero first" $model (join ", " $asked) (join ", " $ready)) -}}
  {{- end -}}
{{- end -}}
{{- toJson $gaps -}}
{{- end }}
