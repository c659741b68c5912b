using ElasticSynapse.Serving.Hosting.Errors;
using ElasticSynapse.Serving.Hosting.Requests;

namespace ElasticSynapse.Serving.Tests.Hosting.Requests;

public sealed class JsonFieldsTests
{
    [Fact]
    public void Read_ObjectsAndArraysInside_ReturnsThem()
    {
        using var request = JsonRequest.Parse("""{"inner":{"n":3,"names":["a","é"]},"rows":[{"x":1},{"x":2}]}"""u8.ToArray());
        Assert.Equal(3, request.Object("inner")!.Integer("n"));
        Assert.Equal(["a", "é"], request.Object("inner")!.Strings("names")!);
        Assert.Equal([1L, 2L], request.Objects("rows")!.Select(row => row.Integer("x")!.Value));
        Assert.Null(request.Object("none"));
        Assert.Null(request.Objects("none"));
        Assert.Null(request.Strings("none"));
    }

    [Theory]
    [InlineData("""{"inner":5}""", "inner", "'inner' must be an object; got 5")]
    [InlineData("""{"inner":{}}""", "inner.name", "'inner.name' is required: a string")]
    [InlineData("""{"inner":{"name":5}}""", "inner.name", "'inner.name' must be a string; got 5")]
    [InlineData("""{"inner":{"name":"a","rows":{}}}""", "inner.rows", "'inner.rows' must be an array of objects; got {}")]
    [InlineData("""{"inner":{"name":"a","rows":[[]]}}""", "inner.rows[0]", "'inner.rows[0]' must be an object; got []")]
    [InlineData("""{"inner":{"name":"a","rows":[{"names":[1]}]}}""", "inner.rows[0].names[0]", "'inner.rows[0].names[0]' must be a string; got 1")]
    [InlineData("""{"inner":{"\ud800aaaaaaaaaa":1}}""", "inner", "'inner' has a field whose name is not valid Unicode")]
    public void Read_Mistake_IsNamedByItsPath(string body, string parameter, string message)
    {
        using var request = JsonRequest.Parse(System.Text.Encoding.UTF8.GetBytes(body));
        var error = Assert.Throws<ApiException>(() =>
        {
            var inner = request.Object("inner")!;
            inner.Required("name");
            inner.Objects("rows")![0].Strings("names");
        });
        Assert.Equal((parameter, message), (error.Parameter, error.Message));
    }
}
