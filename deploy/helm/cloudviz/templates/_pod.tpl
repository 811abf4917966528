{{- define "cloudviz.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}

{{- define "cloudviz.labels" -}}
app: {{ .name }}
app.kubernetes.io/name: cloudviz
app.kubernetes.io/part-of: cloudviz
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
{{- end -}}

{{/* What stands at the beginning of every pod: nobody's rights. */}}
{{- define "cloudviz.podHead" -}}
serviceAccountName: cloudviz
automountServiceAccountToken: false
enableServiceLinks: false
{{- with .Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  seccompProfile:
    type: RuntimeDefault
{{- end -}}

{{- define "cloudviz.spread" -}}
topologySpreadConstraints:
  - maxSkew: 1
    topologyKey: topology.kubernetes.io/zone
    whenUnsatisfiable: {{ .zones }}
    labelSelector:
      matchLabels:
        app: {{ .name }}
  - maxSkew: 1
    topologyKey: kubernetes.io/hostname
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        app: {{ .name }}
{{- end -}}

{{/* The container of every part; the command says which one it is. */}}
{{- define "cloudviz.container" -}}
name: cloudviz
image: {{ include "cloudviz.image" .root | quote }}
imagePullPolicy: {{ .root.Values.image.pullPolicy }}
args: {{ .args | toJson }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities:
    drop: ["ALL"]
envFrom:
  - configMapRef:
      name: cloudviz-config
env:
  - name: DATABASE_URL
    valueFrom:
      secretKeyRef:
        name: {{ .root.Values.secrets.name }}
        key: database-url
  - name: REDIS_URL
    valueFrom:
      secretKeyRef:
        name: {{ .root.Values.secrets.name }}
        key: redis-url
  - name: CLOUDVIZ_AUTH__SECRET
    valueFrom:
      secretKeyRef:
        name: {{ .root.Values.secrets.name }}
        key: auth-secret
  - name: CLOUDVIZ_SECRETS__KEYS
    valueFrom:
      secretKeyRef:
        name: {{ .root.Values.secrets.name }}
        key: sealing-keys
  {{- if .backs }}
  - name: CLOUDVIZ_BACKUP__KEY
    valueFrom:
      secretKeyRef:
        name: {{ .root.Values.secrets.name }}
        key: backup-key
  {{- end }}
resources:
  {{- toYaml .resources | nindent 2 }}
{{- end -}}

{{- define "cloudviz.mounts" -}}
volumeMounts:
  - name: data
    mountPath: /data
  - name: tmp
    mountPath: /tmp
{{- end -}}

{{- define "cloudviz.volumes" -}}
- name: data
  emptyDir:
    sizeLimit: 4Gi
- name: tmp
  emptyDir:
    sizeLimit: 1Gi
{{- end -}}
