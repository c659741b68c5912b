using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace ElasticSynapse.Classifier.Tests.Api.FirstClient;

public sealed partial class FirstClientTests(ClassifierServer server) : IClassFixture<ClassifierServer>
{
    private static readonly float[] HelloWorld = [0.949138f, 0.717343f, 0.680814f, 0.317102f, 0.182952f, 0.180039f];

    [Fact]
    public async Task Get_Root_GreetsAsTheFirstClientDid()
    {
        using var response = await server.Http.GetAsync("/");

        Assert.Equal("text/html; charset=utf-8", response.Content.Headers.ContentType?.ToString());
        Assert.Equal("Hello BERT predicting Toxic Comments! Try posting a string to this url", await response.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("*/*")]
    [InlineData("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8")]
    [InlineData("text/html, application/json")]
    [InlineData("text/plain, application/json, */*")]
    [InlineData("application/json;q=0.5, text/plain")]
    [InlineData("application/json;q=0, */*")]
    public async Task Post_Description_IsAPythonDictInText(string? accept)
    {
        using var response = await PostAsync("""{"description":"Hello world"}""", accept);

        Assert.Equal("text/html; charset=utf-8", response.Content.Headers.ContentType?.ToString());
        var text = await response.Content.ReadAsStringAsync();
        var match = Dictionary().Match(text);
        Assert.True(match.Success, text);
        Golden.AssertClose(HelloWorld, [.. match.Groups["value"].Captures.Select(value => float.Parse(value.Value, CultureInfo.InvariantCulture))]);
        Assert.Equal(Golden.Labels, match.Groups["label"].Captures.Select(label => label.Value));
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("application/json, text/html;q=0.5")]
    [InlineData("application/json, text/plain, */*")] // axios
    [InlineData("application/json, text/html")]
    [InlineData("application/json;q=0.9, */*")]
    [InlineData("application/json, */*;q=0.5")]
    [InlineData("text/html;q=0, */*")]
    [InlineData("application/json;q=0.1, text/html;q=0")]
    [InlineData("application/*")]
    [InlineData("Application/JSON")]
    public async Task Post_AcceptJson_IsAnObject(string accept)
    {
        using var response = await PostAsync("""{"description":"Hello world"}""", accept);

        Assert.Equal("application/json", response.Content.Headers.ContentType?.ToString());
        var scores = JsonSerializer.Deserialize<Dictionary<string, float>>(await response.Content.ReadAsStringAsync())!;
        Assert.Equal(Golden.Labels, scores.Keys);
        Golden.AssertClose(HelloWorld, [.. scores.Values]);
    }

    [Theory]
    [InlineData("{}", 400, "'description' (a string) is required: the comment to classify")]
    [InlineData("""{"description":5}""", 400, "'description' must be a string; got 5")]
    [InlineData("not json", 400, "the body is not valid JSON: line 1, byte 2")]
    [InlineData("", 400, "the body is not valid JSON: line 1, byte 1")]
    public async Task Post_BadBody_IsALineOfText(string body, int status, string message)
    {
        using var response = await PostAsync(body, null);

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal("text/plain; charset=utf-8", response.Content.Headers.ContentType?.ToString());
        Assert.Equal(message, await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Delete_Root_IsNotAllowed()
    {
        using var response = await server.Http.DeleteAsync("/");
        Assert.Equal(405, (int)response.StatusCode);
        Assert.Equal("text/plain; charset=utf-8", response.Content.Headers.ContentType?.ToString());
    }

    private async Task<HttpResponseMessage> PostAsync(string body, string? accept)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/") { Content = new StringContent(body) };
        if (accept is not null)
        {
            request.Headers.TryAddWithoutValidation("Accept", accept);
        }
        return await server.Http.SendAsync(request);
    }

    [GeneratedRegex(@"^Prediction\{('(?<label>\w+)': (?<value>[0-9.e-]+)(, )?)+\}: \z")]
    private static partial Regex Dictionary();
}
