{{- define "kappa.fullname" -}}
{{- if contains "kappa" .Release.Name }}{{ .Release.Name | trunc 50 | trimSuffix "-" }}{{ else }}{{ printf "%s-kappa" (.Release.Name | trunc 44 | trimSuffix "-") }}{{ end }}
{{- end }}

{{- define "kappa.selector" -}}
app.kubernetes.io/name: kappa
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: server
{{- end }}

{{/* Those who answer requests, where they are others than those who measure. */}}
{{- define "kappa.api.selector" -}}
app.kubernetes.io/name: kappa
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: api
{{- end }}

{{- define "kappa.postgres.selector" -}}
app.kubernetes.io/name: kappa
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: postgres
{{- end }}

{{- define "kappa.labels" -}}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{- define "kappa.serviceAccount" -}}
{{- if .Values.serviceAccount.create }}{{ .Values.serviceAccount.name | default (include "kappa.fullname" .) }}{{ else }}{{ .Values.serviceAccount.name | default "default" }}{{ end }}
{{- end }}

{{/* "own", "bundled" or "external". */}}
{{- define "kappa.database" -}}
{{- if .Values.database.url }}external{{ else if .Values.database.bundled.enabled }}bundled{{ else }}own{{ end }}
{{- end }}

{{/* The listed devices of a replica. */}}
{{- define "kappa.devices" -}}
{{- $gpus := int .Values.gpus }}
{{- if $gpus }}{{ range $i := until $gpus }}{{ if $i }},{{ end }}cuda:{{ $i }}{{ end }}{{ else }}cpu{{ end }}
{{- end }}

{{- define "kappa.image" -}}
{{- .Values.image.repository }}:{{ .Values.image.tag | default (printf "%s%s" .Chart.AppVersion (gt (int .Values.gpus) 0 | ternary "-cuda" "")) }}
{{- end }}

{{- define "kappa.api.image" -}}
{{- .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end }}

{{/* Seconds from SIGTERM: the preStop, requests (20), a batch, then the database's patience for what it wrote, and some. */}}
{{- define "kappa.grace" -}}
{{- add (int .Values.drain.preStopSeconds) 20 (int .Values.drain.longestBatchSeconds) (int (trimSuffix "s" .Values.engine.databasePatience)) 15 }}
{{- end }}

{{- define "kappa.several" -}}
{{- if or .Values.roles.api.enabled (gt (int .Values.replicas) 1) (and .Values.autoscaling.enabled (gt (int .Values.autoscaling.maxReplicas) 1)) }}true{{ end }}
{{- end }}

{{/* What would come up and then lose or mix up work is refused here. */}}
{{- define "kappa.check" -}}
{{- if and (include "kappa.several" .) (eq (include "kappa.database" .) "own") }}
{{- fail "several servers need one database: set database.url, or database.bundled.enabled=true" }}
{{- end }}
{{- if and (include "kappa.several" .) (not .Values.store.enabled) (not .Values.store.url) }}
{{- fail "several servers need store.enabled=true or store.url: each reads the tallies that the others wrote" }}
{{- end }}
{{- if and .Values.store.enabled .Values.store.url }}
{{- fail "store.url names a bucket and store.enabled asks for a volume" }}
{{- end }}
{{- if and .Values.database.url .Values.database.bundled.enabled }}
{{- fail "database.url names a Postgres and database.bundled.enabled asks for another" }}
{{- end }}
{{- if and (ne (include "kappa.database" .) "own") (not .Values.database.existingSecret) }}
{{- fail "a Postgres needs database.existingSecret with the keys username and password" }}
{{- end }}
{{- if and .Values.access.open (not .Values.networkPolicy.enabled) }}
{{- fail "access.open=true without networkPolicy.enabled=true would let everybody do everything" }}
{{- end }}
{{- if and .Values.access.open .Values.access.existingSecret }}
{{- fail "access.open=true asks for no keys, and access.existingSecret names one" }}
{{- end }}
{{- if and .Values.autoscaling.enabled (not .Values.autoscaling.prometheus) }}
{{- fail "autoscaling needs autoscaling.prometheus, the address of a Prometheus" }}
{{- end }}
{{- if not (or .Values.access.open .Values.access.existingSecret) }}
{{- fail "a first API key is needed: access.existingSecret with the key \"key\", or access.open=true" }}
{{- end }}
{{- end }}
