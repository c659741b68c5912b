using ElasticSynapse.Serving.Hosting.Errors;
using ElasticSynapse.Serving.Hosting.Model;

namespace ElasticSynapse.Serving.Hosting.OpenInference;

/// <summary>The served model as the protocol describes it.</summary>
public sealed record OpenInferenceModel
{
    public required ModelIdentity Identity { get; init; }

    /// <summary>All that a request may send, at least one; which of them it must is the model's affair. A body without a header
    /// is the data of the first.</summary>
    public required IReadOnlyList<TensorDescription> Inputs { get; init; }

    public required IReadOnlyList<TensorDescription> Outputs { get; init; }

    /// <summary>Names of an output's last dimension, for the classification extension; null if it is not offered.</summary>
    public IReadOnlyList<string>? Labels { get; init; }

    /// <summary>What the server offers beyond the protocol and binary tensors.</summary>
    public IReadOnlyList<string> Extensions { get; init; } = [];

    /// <exception cref="ApiException">The path names another model or version.</exception>
    public void Check(string model, string? version)
    {
        if (!Identity.IsCalled(model))
        {
            throw new ApiException(ErrorKind.ModelNotFound, $"Model with name {Excerpt.Of(model)} does not exist.", "model");
        }
        if (version is not null && !Identity.HasVersion(version))
        {
            throw new ApiException(ErrorKind.ModelNotFound,
                $"Model with name {Identity.Name} and version {Excerpt.Of(version)} does not exist; this server has version {Identity.Version}.", "version");
        }
    }
}
