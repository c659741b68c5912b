using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ElasticSynapse.Serving.Tests.Hosting.Requests;

public sealed class RequestLogTests
{
    private const string Trace = "0af7651916cd43dd8448eb211c80319c";

    [Fact]
    public async Task Line_OfARequestWithATraceparent_TellsBothIds()
    {
        var (line, scope) = await AskAsync(("x-request-id", "mine"), ("traceparent", $"00-{Trace}-b7ad6b7169203331-01"));

        Assert.Matches(@"^GET / 200 [\d.]+ ms$", line);
        Assert.Equal("mine", scope["RequestId"]);
        Assert.Equal(Trace, scope["TraceId"]);
    }

    [Theory]
    [InlineData]
    [InlineData("00-not-a-trace-01")]
    [InlineData("00-00000000000000000000000000000000-b7ad6b7169203331-01")]
    public async Task Line_OfARequestWithoutASoundTraceparent_TellsTheRequestsId(params string[] traceparent)
    {
        var (_, scope) = await AskAsync([("x-request-id", "mine"), .. traceparent.Select(value => ("traceparent", value))]);

        Assert.Equal("mine", scope["RequestId"]);
        Assert.False(scope.ContainsKey("TraceId"));
    }

    [Fact]
    public async Task Request_WithNowhereToSendSpansTo_HasNone()
    {
        await using var service = await RunningService.StartAsync(app => app.MapGet("/", () => Activity.Current?.Id ?? "none"));

        Assert.Equal("none", await service.Client.GetStringAsync(new Uri("/", UriKind.Relative)));
    }

    [Theory]
    [InlineData("Microsoft.AspNetCore.Routing", LogLevel.Warning)]
    [InlineData("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None)]
    public async Task Level_OfAFrameworkCategory_IsTheSettings(string category, LogLevel byDefault)
    {
        await using var usual = await RunningService.StartAsync(services: Record);
        await using var set = await RunningService.StartAsync(services: Record, settings: ($"Logging:LogLevel:{category}", "Debug"));

        Assert.Equal(byDefault, Least(usual));
        Assert.Equal(LogLevel.Debug, Least(set));

        LogLevel Least(RunningService service)
        {
            var logger = service.App.Services.GetRequiredService<ILoggerFactory>().CreateLogger(category);
            return Enum.GetValues<LogLevel>().First(level => level == LogLevel.None || logger.IsEnabled(level));
        }
    }

    private static void Record(IServiceCollection services) => services.AddSingleton<ILoggerProvider>(new Recording());

    // The request's own line, and what its scopes tell.
    private static async Task<(string Line, Dictionary<string, object?> Scope)> AskAsync(params (string Name, string Value)[] headers)
    {
        using var recording = new Recording();
        await using var service = await RunningService.StartAsync(
            app => app.MapGet("/", () => "ok"), services => services.AddSingleton<ILoggerProvider>(recording));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/");
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var answer = await service.Client.SendAsync(request);

        // The line is written behind the answer, and whoever stops a service waits for its requests.
        await service.App.StopAsync();
        return Assert.Single(recording.Lines, line => line.Line.StartsWith("GET ", StringComparison.Ordinal));
    }

    private sealed class Recording : ILoggerProvider, ISupportExternalScope, ILogger
    {
        private IExternalScopeProvider _scopes = new LoggerExternalScopeProvider();

        public ConcurrentQueue<(string Line, Dictionary<string, object?> Scope)> Lines { get; } = new();

        public ILogger CreateLogger(string categoryName) => this;

        public void SetScopeProvider(IExternalScopeProvider scopeProvider) => _scopes = scopeProvider;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => _scopes.Push(state);

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var told = new Dictionary<string, object?>(StringComparer.Ordinal);
            _scopes.ForEachScope((scope, all) =>
            {
                foreach (var (name, value) in scope as IEnumerable<KeyValuePair<string, object?>> ?? [])
                {
                    all[name] = value;
                }
            }, told);
            Lines.Enqueue((formatter(state, exception), told));
        }

        public void Dispose()
        {
        }
    }
}
