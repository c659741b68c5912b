using System.Globalization;
using ElasticSynapse.Gateway.Catalogue;
using ElasticSynapse.Gateway.Replicas;
using ElasticSynapse.Gateway.Requests;
using ElasticSynapse.Serving.Hosting.Errors;
using ElasticSynapse.Serving.Hosting.Model;
using Microsoft.Extensions.Primitives;

namespace ElasticSynapse.Gateway.Versions;

/// <summary>Second stage: the model, and the version of it that answers.</summary>
internal sealed class VersionRouting(Stage next, LiveFleet fleet, UpstreamNames names, Draws draws)
{
    public const string VersionHeader = "x-model-version";
    public const string LabelHeader = "x-model-label";
    public const string SessionHeader = "x-session-id";

    /// <summary>Names a model, as the body's <c>model</c> does.</summary>
    public const string ModelHeader = "x-model";

    /// <summary>Envoy AI Gateway's name for it.</summary>
    public const string ModelHeaderAlias = "x-ai-eg-model";

    // What OpenAI's SDKs ask moderations of; here it means whichever classifier there is.
    private static readonly string[] ModerationModels = ["omni-moderation", "text-moderation"];

    public Task InvokeAsync(HttpContext context, GatewayRequest request)
    {
        var body = request.Facts.Model is { } named && !ModelIdentity.IsAddress(named) && !IsModerationModel(request.Target.Path, named) ? ModelSelector.Parse(named) : default;
        var header = HeaderModel(context);
        var name = request.Target.Model ?? header.Name ?? body.Name;
        var model = Find(name, Kind(request));
        return model is null && name is not null && fleet.Current.HasUnnamed
            ? LearnAsync(context, request, header, body, name)
            : GoOn(context, request, header, body, model ?? throw UnknownModel(name, request), name);
    }

    private async Task LearnAsync(HttpContext context, GatewayRequest request, ModelSelector header, ModelSelector body, string name)
    {
        await names.LearnAsync(context.RequestAborted);
        // What stays unnamed judges for itself; of two that would, the generator.
        var model = Find(name, Kind(request) ?? ModelKind.Generator);
        await GoOn(context, request, header, body, model ?? throw UnknownModel(name, request), name);
    }

    private Task GoOn(HttpContext context, GatewayRequest request, ModelSelector header, ModelSelector body, ModelPool model, string? name)
    {
        CheckKind(model, request, name);

        // Header and body speak of their own model, not of another that wins over theirs.
        var headerPin = Agreed(model, header.Name == name ? header.Pin : default, HeaderPin(context), "headers");
        var bodyPin = body.Name == name ? body.Pin : default;
        var wanted = new VersionRequest(Agreed(model, request.Target.OtherPin, request.Target.Pin, "path"), headerPin, bodyPin, Key(context, request));
        (request.Model, request.IsPinned) = (model, !wanted.Pin.IsNone);
        request.Version = Choose(request, wanted, IsTensorFlow(request.Target));
        NameInBody(request, body);
        return next(context, request);
    }

    // A replica knows itself by name and version: not by a label or a number, nor by another name that the path or a header won over.
    private static void NameInBody(GatewayRequest request, ModelSelector body)
    {
        var model = request.Version.Model;
        if (body.Name is null || !model.IsNamed || (body.Name == model.Name && body.Pin.IsNone))
        {
            return;
        }
        var full = $"{model.Name}@{request.Version.Version}";
        if (request.Facts.Model != full)
        {
            request.Body = RequestBody.WithModel(request.Body, request.Facts.ModelAt, full);
        }
    }

    // The second, which is told in messages, unless only the first says something.
    private static VersionPin Agreed(ModelPool model, VersionPin first, VersionPin second, string where)
    {
        if (first.IsNone || second.IsNone || first == second)
        {
            return second.IsNone ? first : second;
        }
        return VersionChoice.Find(model, first) is { } meant && meant == VersionChoice.Find(model, second) ? second : throw new ApiException(
            ErrorKind.InvalidRequest, $"the {where} pin {first} and {second} of {model.Name}, which exclude each other; send one of them", "model");
    }

    private ModelPool? Find(string? name, ModelKind? kind) =>
        name is not null ? fleet.Current.Find(name, kind) : fleet.Current.Default(kind ?? ModelKind.Generator);

    private static ModelKind? Kind(GatewayRequest request) =>
        (request.Target.IsShared ? request.Facts.Kind : null) ?? request.Target.Kind;

    private static VersionPool Choose(GatewayRequest request, in VersionRequest wanted, bool isTensorFlow)
    {
        var model = request.Model;
        var decision = VersionChoice.Choose(model, wanted);
        // Known also where it can't answer.
        request.Version = decision.Version!;
        return decision.Outcome switch
        {
            VersionOutcome.Chosen => decision.Version!,
            VersionOutcome.UnknownVersion => throw new ApiException(
                isTensorFlow && IsTooLarge(wanted.Pin.Version!) ? ErrorKind.InvalidRequest : ErrorKind.ModelNotFound,
                $"The model '{model.Name}' has no version '{Excerpt.Of(wanted.Pin.Version!)}'; it has {Names(model.Versions.Select(version => version.Version))}", "model"),
            VersionOutcome.UnknownLabel => throw new ApiException(
                isTensorFlow ? ErrorKind.InvalidRequest : ErrorKind.ModelNotFound,
                $"The model '{model.Name}' has no label '{Excerpt.Of(wanted.Pin.Label!)}'; it has {Names(model.Versions.SelectMany(version => version.Entry.Labels))}", "model"),
            _ => throw new ApiException(ErrorKind.VersionNotReady, decision.Version is { } version
                ? $"{version} can't answer: {version.Reason}"
                : $"{model.Name} can't answer: none of its versions has a weight")
            {
                RetryAfterSeconds = 1,
            },
        };
    }

    // TensorFlow Serving's clients get 400 for a label that is none, and for a version that is no 64-bit number.
    private static bool IsTensorFlow(RequestTarget target) =>
        target.Errors == MessageErrors.Format && target.Path.StartsWith("/v1/models/", StringComparison.Ordinal);

    private static bool IsTooLarge(string version) =>
        version.All(char.IsAsciiDigit) && !long.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out _);

    private ulong Key(HttpContext context, GatewayRequest request)
    {
        var who = context.Request.Headers[SessionHeader] is [{ Length: > 0 } session] ? session
            : request.Facts.User is { Length: > 0 } user ? user
            : request.Caller?.Name;
        return who is null ? draws.Next() : StableHash.Of(who);
    }

    private static ModelSelector HeaderModel(HttpContext context)
    {
        var (model, alias) = (One(context, ModelHeader), One(context, ModelHeaderAlias));
        if (model is not null && alias is not null && model != alias)
        {
            throw new ApiException(ErrorKind.InvalidRequest,
                $"{ModelHeader} '{Excerpt.Of(model)}' and {ModelHeaderAlias} '{Excerpt.Of(alias)}' exclude each other; send one of them", "model");
        }
        return (model ?? alias) is { } named ? ModelSelector.Parse(named) : default;
    }

    private static VersionPin HeaderPin(HttpContext context)
    {
        var version = One(context, VersionHeader);
        var label = One(context, LabelHeader);
        if (version is not null && label is not null)
        {
            throw new ApiException(ErrorKind.InvalidRequest,
                $"{VersionHeader} '{Excerpt.Of(version)}' and {LabelHeader} '{Excerpt.Of(label)}' exclude each other; send one of them");
        }
        return new VersionPin(version, label);
    }

    private static string? One(HttpContext context, string header)
    {
        StringValues values = context.Request.Headers[header];
        return values switch
        {
            [] or [""] => null,
            [var one] => one,
            _ => throw new ApiException(ErrorKind.InvalidRequest, $"{header} stands there {values.Count} times; send it once"),
        };
    }

    private static void CheckKind(ModelPool model, GatewayRequest request, string? name)
    {
        if (name is not null && request.Target is { Kind: { } needed, IsShared: false } && model.Entry.Kind != needed)
        {
            throw new ApiException(ErrorKind.InvalidRequest,
                $"the model '{model.Name}' is a {model.Entry.Kind.Word()}; {request.Target.Path} needs a {needed.Word()}", "model");
        }
    }

    private ApiException UnknownModel(string? name, GatewayRequest request)
    {
        var known = fleet.Current.Models.Where(model => model.Entry.IsNamed).Select(model => model.Name);
        return new ApiException(
            ErrorKind.ModelNotFound,
            name is null ? $"there is no {(Kind(request) ?? ModelKind.Generator).Word()} here; this gateway has {Names(known)}"
                : $"The model '{Excerpt.Of(name)}' does not exist; this gateway has {Names(known)}",
            "model");
    }

    private static bool IsModerationModel(string path, string model) =>
        path == "/v1/moderations" && ModerationModels.Any(prefix => model.StartsWith(prefix, StringComparison.Ordinal));

    private static string Names(IEnumerable<string> names) =>
        string.Join(", ", names.Select(name => $"'{name}'")) is { Length: > 0 } list ? list : "none";
}
