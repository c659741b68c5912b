using System.Text;
using ElasticSynapse.Serving.Hosting.Errors;
using ElasticSynapse.Serving.Hosting.Requests;
using Microsoft.AspNetCore.Http;

namespace ElasticSynapse.Serving.Tests.Hosting.Requests;

public sealed class JsonRequestTests
{
    [Fact]
    public async Task Read_EveryType_ReturnsIt()
    {
        using var request = await ReadAsync("""{"text":"caf\u00e9 \ud83d\ude00","n":3,"t":0.5,"stream":true,"off":false,"more":[1]}""");

        Assert.Equal("café 😀", request.String("text"));
        Assert.Equal(3, request.Integer("n", 1, 128));
        Assert.Equal(0.5, request.Number("t", 0, 2));
        Assert.True(request.Boolean("stream"));
        Assert.False(request.Boolean("off"));
        Assert.Equal(1, request.Element("more")!.Value.GetArrayLength());
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"x":null}""")]
    [InlineData("""{"X":1,"other":2}""")]
    public async Task Read_AbsentOrNull_IsNull(string body)
    {
        using var request = await ReadAsync(body);

        Assert.Null(request.String("x"));
        Assert.Null(request.Integer("x", 1, 2));
        Assert.Null(request.Number("x", 1, 2));
        Assert.Null(request.Boolean("x"));
        Assert.Null(request.Element("x"));
    }

    [Fact]
    public async Task Read_NestedAsDeepAsIsTaken_ReturnsIt()
    {
        using var request = await ReadAsync($$"""{"x":{{new string('[', 63)}}{{new string(']', 63)}}}""");

        Assert.Equal(1, request.Element("x")!.Value.GetArrayLength());
    }

    [Fact]
    public async Task Read_NestedDeeper_SaysHowDeepIsTaken()
    {
        var error = await Assert.ThrowsAsync<ApiException>(() => ReadAsync($$"""{"x":{{new string('[', 64)}}{{new string(']', 64)}}}"""));

        Assert.Equal("the body is not valid JSON: nested more than 64 levels deep, which is as far as it is read, at line 1, byte 69", error.Message);
    }

    [Theory]
    [InlineData("16", 16)]
    [InlineData("16.0", 16)]
    [InlineData("1.6e1", 16)]
    [InlineData("-0.0", 0)]
    [InlineData("9223372036854775807", long.MaxValue)]
    [InlineData("-9223372036854775808", long.MinValue)]
    public async Task Integer_WholeNumber_HoweverWritten(string json, long expected)
    {
        using var request = await ReadAsync($$"""{"n":{{json}}}""");

        Assert.Equal(expected, request.Integer("n"));
    }

    [Theory]
    [InlineData("\"3\"", "'n' must be a whole number between 1 and 1,024; got \"3\"")]
    [InlineData("true", "'n' must be a whole number between 1 and 1,024; got true")]
    [InlineData("[3]", "'n' must be a whole number between 1 and 1,024; got [3]")]
    [InlineData("0", "'n' must be a whole number between 1 and 1,024; got 0")]
    [InlineData("1025", "'n' must be a whole number between 1 and 1,024; got 1025")]
    [InlineData("2.5", "'n' must be a whole number between 1 and 1,024; got 2.5")]
    [InlineData("1e400", "'n' must be a whole number between 1 and 1,024; got 1e400")]
    [InlineData("9223372036854775808", "'n' must be a whole number between 1 and 1,024; got 9223372036854775808")]
    public async Task Integer_Mistake_NamesFieldRangeAndValue(string json, string message)
    {
        using var request = await ReadAsync($$"""{"n":{{json}}}""");

        AssertInvalid("n", message, () => request.Integer("n", 1, 1024));
    }

    [Theory]
    [InlineData("\"0.5\"", "'t' must be a number between 0 and 2; got \"0.5\"")]
    [InlineData("-0.1", "'t' must be a number between 0 and 2; got -0.1")]
    [InlineData("2.01", "'t' must be a number between 0 and 2; got 2.01")]
    [InlineData("1e400", "'t' must be a number between 0 and 2; got 1e400")]
    [InlineData("\"NaN\"", "'t' must be a number between 0 and 2; got \"NaN\"")]
    [InlineData("{}", "'t' must be a number between 0 and 2; got {}")]
    public async Task Number_Mistake_NamesFieldRangeAndValue(string json, string message)
    {
        using var request = await ReadAsync($$"""{"t":{{json}}}""");

        AssertInvalid("t", message, () => request.Number("t", 0, 2));
    }

    [Theory]
    [InlineData("1e400")]
    [InlineData("-1e400")]
    public async Task Number_BeyondDouble_IsRefusedWithoutARangeToo(string json)
    {
        using var request = await ReadAsync($$"""{"t":{{json}}}""");

        AssertInvalid("t", $"'t' must be a number; got {json}", () => request.Number("t"));
    }

    [Fact]
    public async Task Integer_OneSidedRange_IsWorded()
    {
        using var request = await ReadAsync("""{"n":-1}""");

        AssertInvalid("n", "'n' must be a whole number of at least 0; got -1", () => request.Integer("n", min: 0));
        AssertInvalid("n", "'n' must be a whole number of at most -2; got -1", () => request.Integer("n", max: -2));
    }

    [Theory]
    [InlineData("1", "'stream' must be true or false; got 1")]
    [InlineData("\"true\"", "'stream' must be true or false; got \"true\"")]
    public async Task Boolean_Mistake_NamesFieldAndValue(string json, string message)
    {
        using var request = await ReadAsync($$"""{"stream":{{json}}}""");

        AssertInvalid("stream", message, () => request.Boolean("stream"));
    }

    [Fact]
    public async Task String_OtherType_NamesFieldAndTheBeginningOfTheValue()
    {
        using var request = await ReadAsync($$"""{"prompt":[{{string.Join(',', Enumerable.Repeat("15496", 300))}}]}""");

        AssertInvalid(
            "prompt",
            "'prompt' must be a string; got [15496,15496,15496,15496,15496,15496,15496,15496,15496,15496… (1,801 characters)",
            () => request.String("prompt"));
    }

    [Theory]
    [InlineData("\\ud800")]
    [InlineData("\\udc00 text")]
    [InlineData("a\\ud83d")]
    public async Task String_LoneSurrogate_NamesTheField(string text)
    {
        using var request = await ReadAsync($$"""{"prompt":"{{text}}"}""");

        AssertInvalid(
            "prompt",
            "'prompt' is not valid Unicode: it holds an unpaired surrogate or bytes that are not UTF-8",
            () => request.String("prompt"));
    }

    [Fact]
    public async Task String_BytesThatAreNotUtf8_NamesTheField()
    {
        using var request = await ReadAsync([.. "{\"prompt\":\""u8, 0xff, 0xfe, .. "\"}"u8]);

        AssertInvalid(
            "prompt",
            "'prompt' is not valid Unicode: it holds an unpaired surrogate or bytes that are not UTF-8",
            () => request.String("prompt"));
    }

    [Fact]
    public async Task Integer_BytesThatAreNotUtf8_IsAMistakeLikeAnyOther()
    {
        using var request = await ReadAsync([.. "{\"n\":\""u8, 0xff, .. "\"}"u8]);

        AssertInvalid("n", "'n' must be a whole number of at most 64 bits; got text that is not UTF-8", () => request.Integer("n"));
    }

    [Fact]
    public async Task Integer_LongTextOfSurrogatePairs_IsQuotedWithoutCuttingOne()
    {
        using var request = await ReadAsync($$"""{"n":"{{string.Concat(Enumerable.Repeat("😀", 100))}}"}""");

        var error = Assert.Throws<ApiException>(() => request.Integer("n"));
        Assert.DoesNotContain('\ufffd', Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(error.Message)));
    }

    [Fact]
    public async Task Element_FieldNameIsNoUnicode_IsRefusedAndNoServerError()
    {
        using var request = await ReadAsync("""{"x":2,"\ud800aaaa":1}""");

        var error = Assert.Throws<ApiException>(() => request.Integer("x"));

        Assert.Equal((ErrorKind.InvalidRequest, "the body has a field whose name is not valid Unicode"), (error.Kind, error.Message));
    }

    [Fact]
    public async Task Element_OfAnObjectInside_IsReadOrNamesTheObject()
    {
        using var request = await ReadAsync("""{"options":{"usage":true,"none":null},"broken":{"\ud800aaaaaaaaaaaa":1}}""");
        var options = request.Element("options")!.Value;

        Assert.True(JsonRequest.Element(options, "usage", "options")!.Value.GetBoolean());
        Assert.Null(JsonRequest.Element(options, "none", "options"));
        Assert.Null(JsonRequest.Element(options, "other", "options"));
        AssertInvalid(
            "broken",
            "'broken' has a field whose name is not valid Unicode",
            () => JsonRequest.Element(request.Element("broken")!.Value, "usage", "broken"));
    }

    [Theory]
    [InlineData("", "the body is not valid JSON: ")]
    [InlineData("   ", "the body is not valid JSON: ")]
    [InlineData("{\"n\":NaN}", "the body is not valid JSON: ")]
    [InlineData("{\"n\":Infinity}", "the body is not valid JSON: ")]
    [InlineData("{\"n\":1,}", "the body is not valid JSON: ")]
    [InlineData("{\"n\":01}", "the body is not valid JSON: ")]
    [InlineData("{'n':1}", "the body is not valid JSON: ")]
    [InlineData("{\"n\":1} trailing", "the body is not valid JSON: ")]
    [InlineData("{\"n\":1}{}", "the body is not valid JSON: ")]
    [InlineData("{\"n\":\"", "the body is not valid JSON: ")]
    [InlineData("prompt=hello", "the body is not valid JSON: ")]
    [InlineData("[1,2]", "the body must be a JSON object; got [1,2]")]
    [InlineData("\"hello\"", "the body must be a JSON object; got \"hello\"")]
    [InlineData("null", "the body must be a JSON object; got null")]
    [InlineData("12", "the body must be a JSON object; got 12")]
    public async Task Read_NoObject_IsRefused(string body, string message)
    {
        var error = await Assert.ThrowsAsync<ApiException>(() => ReadAsync(body));

        Assert.Equal(ErrorKind.InvalidRequest, error.Kind);
        Assert.StartsWith(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Read_TextThatIsNotUtf8_IsRefused()
    {
        var error = await Assert.ThrowsAsync<ApiException>(() => ReadAsync([.. "\""u8, 0xff, .. "\""u8]));

        Assert.Equal("the body must be a JSON object; got text that is not UTF-8", error.Message);
    }

    [Fact]
    public async Task Read_DeepNesting_IsRefused()
    {
        var error = await Assert.ThrowsAsync<ApiException>(() =>
            ReadAsync("{\"a\":" + new string('[', 100_000) + new string(']', 100_000) + "}"));

        Assert.StartsWith("the body is not valid JSON: ", error.Message, StringComparison.Ordinal);
    }

    private static void AssertInvalid(string parameter, string message, Func<object?> read)
    {
        var error = Assert.Throws<ApiException>(read);
        Assert.Equal((ErrorKind.InvalidRequest, parameter, message), (error.Kind, error.Parameter, error.Message));
    }

    private static Task<JsonRequest> ReadAsync(string body) => ReadAsync(Encoding.UTF8.GetBytes(body));

    private static Task<JsonRequest> ReadAsync(byte[] body) =>
        JsonRequest.ReadAsync(new DefaultHttpContext { Request = { Body = new MemoryStream(body) } }.Request, CancellationToken.None);
}
