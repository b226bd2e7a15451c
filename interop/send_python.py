"""The spans of spans.json, sent by the OpenTelemetry Python SDK over OTLP/HTTP (protobuf, gzip) or OTLP/gRPC.

    python send_python.py http http://127.0.0.1:4318/v1/traces BASE_NS
    python send_python.py grpc 127.0.0.1:4317 BASE_NS
"""

import json
import pathlib
import sys

from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Event, ReadableSpan
from opentelemetry.sdk.trace.export import SpanExportResult
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import Link, SpanContext, SpanKind, Status, StatusCode, TraceFlags


def context(trace_id, span_id):
    return SpanContext(int(trace_id, 16), int(span_id, 16), is_remote=False, trace_flags=TraceFlags(TraceFlags.SAMPLED))


def span_of(span, shared, base_ns):
    return ReadableSpan(
        name=span["name"],
        context=context(span["traceId"], span["spanId"]),
        parent=context(span["traceId"], span["parentId"]) if span["parentId"] else None,
        resource=Resource(shared["resource"]),
        attributes=span["attributes"],
        events=[Event(e["name"], e["attributes"], base_ns + e["atNs"]) for e in span["events"]],
        links=[Link(context(l["traceId"], l["spanId"]), l["attributes"]) for l in span["links"]],
        kind=SpanKind[span["kind"].upper()],
        status=Status(StatusCode[span["status"]["code"].upper()], span["status"]["message"] or None),
        start_time=base_ns + span["startNs"],
        end_time=base_ns + span["endNs"],
        instrumentation_scope=InstrumentationScope(**shared["scope"]),
    )


def exporter_to(protocol, endpoint):
    if protocol == "grpc":
        from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter

        return OTLPSpanExporter(endpoint=endpoint, insecure=True)
    from opentelemetry.exporter.otlp.proto.http import Compression
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

    return OTLPSpanExporter(endpoint=endpoint, compression=Compression.Gzip)


def main():
    protocol, endpoint, base_ns = sys.argv[1:]
    shared = json.loads(pathlib.Path(__file__).with_name("spans.json").read_text(encoding="utf-8"))
    spans = [span_of(span, shared, int(base_ns)) for span in shared["spans"]]
    outcome = exporter_to(protocol, endpoint).export(spans)
    sys.exit(0 if outcome is SpanExportResult.SUCCESS else 1)


main()
