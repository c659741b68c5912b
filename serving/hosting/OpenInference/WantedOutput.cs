using ElasticSynapse.Serving.Hosting.Requests;

namespace ElasticSynapse.Serving.Hosting.OpenInference;

/// <summary>An output that a request asks for.</summary>
/// <param name="Name">Of the output.</param>
/// <param name="IsBinary">Whether it comes behind the JSON instead of in it.</param>
/// <param name="ClassCount">How many classes the classification extension shall name; null for the values themselves.</param>
public sealed record WantedOutput(string Name, bool IsBinary, int? ClassCount)
{
    /// <param name="output">An object of <c>outputs</c>.</param>
    /// <param name="isBinary">What the request says of all outputs; the output's own setting wins.</param>
    public static WantedOutput Read(JsonFields output, bool isBinary)
    {
        var parameters = output.Object("parameters");
        return new WantedOutput(
            output.Required("name"),
            parameters?.Boolean("binary_data") ?? isBinary,
            (int?)parameters?.Integer("classification", 1, int.MaxValue));
    }
}
