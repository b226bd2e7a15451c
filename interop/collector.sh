#!/bin/sh
# Builds the Collector with exactly the components of otel-config.yaml, lets it check that file, and runs the
# interoperability check through it. Optional: npm test never needs it. About three minutes the first time.
#
#   npm run build && interop/collector.sh
#
# COLLECTOR_DIR  where the binary is kept   default: a folder under the system's temporary one
set -eu
cd "$(dirname "$0")/.."
VERSION=0.159.0
DIR="${COLLECTOR_DIR:-${TMPDIR:-/tmp}/waybill-otelcol-$VERSION}"
BINARY="$DIR/dist/otelcol"

if [ ! -x "$BINARY" ]; then
  if ! command -v go > /dev/null; then
    echo "skipped: building a Collector takes a Go toolchain, and there is none here." >&2
    exit 0
  fi
  mkdir -p "$DIR"
  cat > "$DIR/builder.yaml" << YAML
dist: { name: otelcol, output_path: $DIR/dist, version: $VERSION }
receivers:
  - gomod: go.opentelemetry.io/collector/receiver/otlpreceiver v$VERSION
processors:
  - gomod: go.opentelemetry.io/collector/processor/memorylimiterprocessor v$VERSION
  - gomod: github.com/open-telemetry/opentelemetry-collector-contrib/processor/tailsamplingprocessor v$VERSION
exporters:
  - gomod: go.opentelemetry.io/collector/exporter/otlphttpexporter v$VERSION
extensions:
  - gomod: github.com/open-telemetry/opentelemetry-collector-contrib/extension/healthcheckextension v$VERSION
  - gomod: github.com/open-telemetry/opentelemetry-collector-contrib/extension/storage/filestorage v$VERSION
YAML
  echo "Building a Collector $VERSION in $DIR …" >&2
  GOBIN="$DIR" go install "go.opentelemetry.io/collector/cmd/builder@v$VERSION"
  "$DIR/builder" --config "$DIR/builder.yaml" > "$DIR/build.log" 2>&1 || { tail -20 "$DIR/build.log" >&2; exit 1; }
fi

WAYBILL_TOKEN=none "$BINARY" validate --config otel-config.yaml
echo "valid    otel-config.yaml, Collector $VERSION"
OTELCOL="$BINARY" exec node interop/run.mjs
