namespace ElasticSynapse.Gateway.Tests.Catalogue.Kubernetes;

/// <summary>Objects of a cluster, as an API server's lists and watches have them.</summary>
internal static class ClusterObjects
{
    public static string List(params string[] items) => $$"""{"metadata":{"resourceVersion":"1"},"items":[{{string.Join(',', items)}}]}""";

    /// <summary>A version of gpt2.</summary>
    /// <param name="annotations">Without their prefix.</param>
    public static string Service(string name, string version, params (string Name, string Value)[] annotations) => $$"""
        {"metadata":{"name":"{{name}}","resourceVersion":"2","labels":{"elastic-synapse.io/model":"gpt2","elastic-synapse.io/version":"{{version}}"},"annotations":{ {{string.Join(',', annotations.Select(each => $"\"elastic-synapse.io/{each.Name}\":\"{each.Value}\""))}} } } }
        """.Trim();

    /// <summary>The endpoints of a Service: one pod, or none.</summary>
    public static string Slice(string service, Uri? replica, bool ready = true) => $$"""
        {"metadata":{"name":"{{service}}-1","resourceVersion":"3","labels":{"kubernetes.io/service-name":"{{service}}"} },"endpoints":{{(replica is null ? "null"
            : $$"""[{"addresses":["{{replica.Host}}"],"conditions":{"ready":{{(ready ? "true" : "false")}},"serving":{{(ready ? "true" : "false")}} } }]""")}},"ports":[{"name":"http","port":{{replica?.Port ?? 8080}} }]}
        """.Trim();

    /// <summary>A line of a watch.</summary>
    public static string Modified(string item) => $$"""{"type":"MODIFIED","object":{{item}}}""";
}
