using System.Net;
using ElasticSynapse.Gateway.Configuration;
using ElasticSynapse.Serving.Hosting.Configuration;

namespace ElasticSynapse.Gateway.Callers;

/// <summary>Who may call: holders of keys, or, without keys, whoever is on this machine.</summary>
internal static class CallerSetup
{
    private static readonly string[] Schemes = ["http", "https"];

    public static void AddCallers(this WebApplicationBuilder builder, OptionsReader options)
    {
        var callers = options.Read<CallerOptions>("Callers");
        builder.Services.AddSingleton(callers);
        options.RefuseUnless(builder.Configuration, "Callers", callers.KeysFile is not null, "Callers__KeysFile", nameof(CallerOptions.ReloadInterval));
        if (callers.KeysFile is { } path)
        {
            AddKeys(builder.Services, callers, path, options);
        }
        else if (!callers.Anonymous && Addresses(builder.Configuration).FirstOrDefault(address => !IsLoopback(address)) is { } open)
        {
            options.Add($"{open} can be reached from elsewhere and no keys are asked for: set Callers__KeysFile, or Callers__Anonymous=true to let anyone call");
        }
    }

    public static void UseCallers(this WebApplication app)
    {
        if (app.Services.GetRequiredService<CallerOptions>().KeysFile is not null)
        {
            app.UseMiddleware<CallerIdentification>();
        }
    }

    private static void AddKeys(IServiceCollection services, CallerOptions callers, string path, OptionsReader options)
    {
        try
        {
            var bytes = File.ReadAllBytes(path);
            var (keys, mistakes) = KeysDocument.Parse(bytes);
            foreach (var mistake in mistakes)
            {
                options.Add($"{path}: {mistake}");
            }
            services.AddSingleton(provider =>
            {
                var directory = new CallerDirectory(provider.GetRequiredService<TimeProvider>());
                directory.Publish(keys!.Value);
                return directory;
            });
            services.AddHostedService(provider => ActivatorUtilities.CreateInstance<KeysFileFollower>(
                provider, ActivatorUtilities.CreateInstance<WatchedFile>(provider, path, bytes, callers.ReloadInterval)));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            options.Add($"Callers__KeysFile='{path}' can't be read: {exception.Message}");
        }
    }

    // Where ASP.NET Core takes them from, in its order.
    private static IEnumerable<string> Addresses(ConfigurationManager configuration)
    {
        var endpoints = configuration.GetSection("Kestrel:Endpoints").GetChildren().Select(endpoint => endpoint["Url"]).OfType<string>().ToArray();
        if (endpoints.Length > 0)
        {
            return endpoints;
        }
        if (configuration["urls"] is { Length: > 0 } urls)
        {
            return urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        }
        return Schemes.SelectMany(scheme => (configuration[$"{scheme}_ports"] ?? "")
            .Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(port => $"{scheme}://*:{port}"));
    }

    private static bool IsLoopback(string address)
    {
        // * and + stand for every address, which a URI can't say.
        var parsed = BindingAddress.Parse(address);
        return parsed.IsUnixPipe || parsed.Host == "localhost" || (IPAddress.TryParse(parsed.Host, out var ip) && IPAddress.IsLoopback(ip));
    }
}
