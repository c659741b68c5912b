using System.Globalization;
using ElasticSynapse.EndToEnd.Tests.Monitoring.Otlp;

namespace ElasticSynapse.EndToEnd.Tests.Monitoring;

/// <summary>A span as it arrived; ids in hexadecimal, attributes as text, lists with commas between.</summary>
internal sealed record ReceivedSpan(
    string Service, string Name, string TraceId, string Id, string ParentId, IReadOnlyDictionary<string, string> Attributes)
{
    public static ReceivedSpan Of(string service, Span span) => new(
        service, span.Name, Hex(span.TraceId), Hex(span.SpanId), Hex(span.ParentSpanId),
        span.Attributes.ToDictionary(attribute => attribute.Key, attribute => Text(attribute.Value)));

    private static string Hex(Google.Protobuf.ByteString bytes) => Convert.ToHexStringLower(bytes.Span);

    private static string Text(AnyValue value) => value.ValueCase switch
    {
        AnyValue.ValueOneofCase.StringValue => value.StringValue,
        AnyValue.ValueOneofCase.BoolValue => value.BoolValue ? "true" : "false",
        AnyValue.ValueOneofCase.IntValue => value.IntValue.ToString(CultureInfo.InvariantCulture),
        AnyValue.ValueOneofCase.DoubleValue => value.DoubleValue.ToString(CultureInfo.InvariantCulture),
        _ => string.Join(',', value.ArrayValue.Values.Select(Text)),
    };
}
